CREATE OR REPLACE FUNCTION api_game_current()
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
    SELECT * INTO STRICT v_mode
      FROM game_modes
     WHERE id = v_week.current_game_mode_id;

    -- as they are in force today
    v_mode.rules := coalesce(v_week.rules, v_mode.rules);

    RETURN json_build_object(
        'currentMode', game_mode_json(v_mode),
        'week', json_build_object(
            'weekNumber', v_week.week_number,
            'year', v_week.year,
            'startedAt', rfc3339(v_week.week_started_at),
            'resetAt', rfc3339(v_week.week_resets_at)),
        'timeUntilReset', milliseconds_until(v_week.week_resets_at, v_now),
        'timeUntilAnnouncement',
            CASE WHEN v_week.announce_next_at > v_now
                 THEN milliseconds_until(v_week.announce_next_at, v_now) END,
        'serverTime', rfc3339(v_now));
END
$$;

COMMENT ON FUNCTION api_game_current() IS
    'GET /api/game/current (seed 002); the rules are those in force';

REVOKE ALL ON FUNCTION api_game_current() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_game_current() TO canvas_web, canvas_service;
