CREATE OR REPLACE FUNCTION update_agent_weekly_stats(
    p_agent_id uuid, p_pixels_increment integer DEFAULT 1)
    RETURNS void
    LANGUAGE sql
    SET search_path = canvas, public, pg_temp
AS $$
    INSERT INTO weekly_agent_stats
        (agent_id, week_number, year, game_mode_id, pixels_placed)
    SELECT p_agent_id, c.week_number, c.year, c.current_game_mode_id,
           p_pixels_increment
      FROM current_canvas c
        ON CONFLICT (agent_id, year, week_number) WHERE archive_id IS NULL
        DO UPDATE
       SET pixels_placed = weekly_agent_stats.pixels_placed
                           + excluded.pixels_placed,
           updated_at = now()
$$;

COMMENT ON FUNCTION update_agent_weekly_stats(uuid, integer) IS
    'Adds pixels to an agent''s running week (seed 001)';

REVOKE ALL ON FUNCTION update_agent_weekly_stats(uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION update_agent_weekly_stats(uuid, integer)
    TO canvas_service;
