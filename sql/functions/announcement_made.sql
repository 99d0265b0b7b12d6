CREATE OR REPLACE FUNCTION announcement_made(p_kind text, p_id uuid)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    IF p_kind = 'objective' THEN
        UPDATE objective_progress SET announced_at = now() WHERE id = p_id;

    ELSIF p_kind = 'upcoming' THEN
        UPDATE current_canvas
           SET announced_game_mode_id = p_id
         WHERE next_game_mode_id = p_id;

    ELSE
        RAISE EXCEPTION 'no announcement "%"', p_kind
            USING ERRCODE = '22023';
    END IF;
END
$$;

COMMENT ON FUNCTION announcement_made(text, uuid) IS
    'Notes that everybody was told one of announcements()';

REVOKE ALL ON FUNCTION announcement_made(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION announcement_made(text, uuid) TO canvas_service;
