CREATE OR REPLACE FUNCTION week_confirm(
    p_week current_canvas, p_rotation rotations)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM week_staged s
         WHERE s.rotation_id = p_rotation.id
           AND s.digest = week_digest(p_week, p_rotation.new_epoch))
    THEN
        RAISE EXCEPTION 'the log changed after the week was counted'
            USING ERRCODE = '40001';
    END IF;

    DELETE FROM week_staged;
END
$$;

COMMENT ON FUNCTION week_confirm(current_canvas, rotations) IS
    'With the recorder waiting: refuses what was staged unless the week is still
made of the events that were counted; else forgets it';

REVOKE ALL ON FUNCTION week_confirm(current_canvas, rotations) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_confirm(current_canvas, rotations)
    TO canvas_service;
