CREATE OR REPLACE FUNCTION archive_and_reset_week(
    p_canvas_data text, p_new_game_mode_slug text DEFAULT 'classic')
    RETURNS uuid
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_done      recorder_progress;
    v_week      current_canvas;
    v_rotation  rotations;
    v_archive   canvas_archives;
    v_slug      text;
BEGIN
    v_archive := archive_ahead(p_canvas_data);

    -- The lock makes recorder batches wait: what they add is of one week.
    SELECT * INTO STRICT v_done FROM recorder_progress FOR UPDATE;
    PERFORM record_count();
    SELECT * INTO STRICT v_week FROM current_canvas FOR UPDATE;
    SELECT * INTO v_rotation FROM rotations WHERE step <> 'done' FOR UPDATE;

    IF v_rotation.archive_id IS NOT NULL THEN
        RETURN v_rotation.archive_id;
    END IF;

    IF v_rotation.id IS NOT NULL AND NOT rotation_drained(v_rotation) THEN
        RAISE EXCEPTION 'rotation % is %: its week is not recorded yet',
                        v_rotation.id, v_rotation.step
            USING ERRCODE = '55000';
    END IF;

    v_slug := coalesce(v_rotation.game_mode_slug,
                       choose_game_mode(p_new_game_mode_slug));

    IF v_archive.id IS NULL THEN
        PERFORM archive_check_image(p_canvas_data, v_week,
                                    v_rotation.id IS NOT NULL);
        v_archive := archive_insert(p_canvas_data, v_week, v_rotation,
                                    v_done);
        PERFORM archive_rank_users(v_archive);
        PERFORM archive_rank_factions(v_archive, v_week.factions);
    ELSE
        PERFORM week_confirm(v_week, v_rotation);
    END IF;

    UPDATE canvas_epochs
       SET archive_id = v_archive.id
     WHERE archive_id IS NULL
       AND epoch < coalesce(v_archive.new_epoch, v_archive.closing_epoch);

    PERFORM archive_rank_agents(v_archive);

    UPDATE canvas_archives
       SET stats = stats || jsonb_build_object(
               'objectives_completed', objectives_close(v_archive),
               'artworks', votes_close(v_archive))
     WHERE id = v_archive.id;

    UPDATE comments
       SET is_current_week = false, archive_id = v_archive.id
     WHERE is_current_week AND created_at <= v_archive.ended_at;

    PERFORM week_begin(v_archive, v_slug, v_rotation.new_resets_at);

    UPDATE rotations
       SET step = 'archived', archive_id = v_archive.id,
           canvas_data_compressed = NULL, updated_at = now()
     WHERE id = v_rotation.id;

    RETURN v_archive.id;
END
$$;

COMMENT ON FUNCTION archive_and_reset_week(text, text) IS
    'Closes the running week and begins the next, in one transaction: archive,
statistics that were staged (week_stage) or totals from the log, winners,
ranks, comments, counters (seed 001).  Called again for the same rotation it
returns the same archive';

REVOKE ALL ON FUNCTION archive_and_reset_week(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive_and_reset_week(text, text)
    TO canvas_service;
