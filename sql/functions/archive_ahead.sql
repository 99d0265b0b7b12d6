CREATE OR REPLACE FUNCTION archive_ahead(p_canvas_data text)
    RETURNS canvas_archives
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_rotation  rotations;
    v_week      current_canvas;
    v_archive   canvas_archives;
BEGIN
    PERFORM week_tables();

    SELECT r.* INTO v_rotation
      FROM rotations r JOIN week_staged s ON s.rotation_id = r.id
     WHERE r.step = 'drained' AND rotation_drained(r);

    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    SELECT * INTO STRICT v_week FROM current_canvas;

    PERFORM archive_check_image(p_canvas_data, v_week, true);

    v_archive := archive_insert(p_canvas_data, v_week, v_rotation, NULL);

    PERFORM archive_rank_users(v_archive);
    PERFORM archive_rank_factions(v_archive, v_week.factions);

    RETURN v_archive;
END
$$;

COMMENT ON FUNCTION archive_ahead(text) IS
    'What archive_and_reset_week writes of a staged week before it makes the
recorder wait: the archive, users, factions.  NULL: no week is staged';

REVOKE ALL ON FUNCTION archive_ahead(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive_ahead(text) TO canvas_service;
