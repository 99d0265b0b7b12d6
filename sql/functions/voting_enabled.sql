CREATE OR REPLACE FUNCTION voting_enabled()
    RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
    SELECT coalesce((m.rules -> 'voting_enabled')::boolean, false)
      FROM current_canvas c
      JOIN game_modes m ON m.id = c.current_game_mode_id
$$;

COMMENT ON FUNCTION voting_enabled() IS
    'Whether the mode of the running week has a vote';

REVOKE ALL ON FUNCTION voting_enabled() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION voting_enabled() TO canvas_web, canvas_service;
