CREATE OR REPLACE FUNCTION agent_tally(p_row agent_tallies)
    RETURNS objective_tally
    LANGUAGE sql IMMUTABLE
AS $$
    SELECT ROW((p_row).pixels, (p_row).hour, (p_row).hour_pixels,
               (p_row).best_hour, (p_row).hours, (p_row).days,
               (p_row).fresh, (p_row).repaints,
               (p_row).colors)::objective_tally
$$;

COMMENT ON FUNCTION agent_tally(agent_tallies) IS
    'The agent week as objectives see it';

REVOKE ALL ON FUNCTION agent_tally(agent_tallies) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agent_tally(agent_tallies)
    TO canvas_web, canvas_service;
