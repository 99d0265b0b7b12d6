CREATE OR REPLACE FUNCTION api_game_upcoming()
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_now   CONSTANT timestamptz := statement_timestamp();
    v_week  current_canvas;
    v_mode  game_modes;
BEGIN
    SELECT * INTO STRICT v_week FROM current_canvas;
    SELECT * INTO v_mode
      FROM game_modes
     WHERE id = v_week.next_game_mode_id;

    IF NOT FOUND OR v_week.announce_next_at > v_now THEN
        RETURN json_build_object(
            'upcomingMode', NULL,
            'announced', false,
            'message', 'Next week''s game mode will be announced soon');
    END IF;

    RETURN json_build_object(
        'upcomingMode', game_mode_json(v_mode),
        'announced', true,
        'startsAt', rfc3339(v_week.week_resets_at),
        'serverTime', rfc3339(v_now));
END
$$;

COMMENT ON FUNCTION api_game_upcoming() IS
    'GET /api/game/upcoming (seed 002); a scheduled mode is a secret until
announce_next_at';

REVOKE ALL ON FUNCTION api_game_upcoming() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_game_upcoming() TO canvas_web, canvas_service;
