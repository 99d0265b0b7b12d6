CREATE OR REPLACE FUNCTION week_recount(p_week current_canvas)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    DELETE FROM week_hours;
    PERFORM week_hours_add(r.epoch, r.from_seq, r.to_seq)
       FROM (SELECT * FROM week_ranges() ORDER BY epoch) AS r;

    PERFORM objectives_recount(NULL);
    PERFORM factions_recount();

    DELETE FROM weekly_agent_stats WHERE archive_id IS NULL;
    PERFORM update_agent_weekly_stats(agent_id, pixels::integer)
       FROM agent_tallies;

    UPDATE current_canvas
       SET total_pixels_this_week = t.pixels,
           unique_contributors_this_week = t.actors,
           updated_at = now()
      FROM (SELECT coalesce(sum(a.pixels), 0) AS pixels, count(*) AS actors
              FROM (SELECT sum(w.pixels) AS pixels
                      FROM week_placed w
                     GROUP BY w.actor_id, w.agent) AS a) AS t;
END
$$;

COMMENT ON FUNCTION week_recount(current_canvas) IS
    'Sets every counter of the running week to what the log says';

REVOKE ALL ON FUNCTION week_recount(current_canvas) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_recount(current_canvas) TO canvas_service;
