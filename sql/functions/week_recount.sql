CREATE OR REPLACE FUNCTION week_recount(p_week current_canvas)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    PERFORM week_count(p_week.start_epoch, p_week.start_seq,
                       coalesce(next_week_epoch(), 9007199254740991));

    DELETE FROM weekly_agent_stats WHERE archive_id IS NULL;

    PERFORM update_agent_weekly_stats(w.actor_id, w.pixels::integer)
       FROM week_totals w JOIN agents a ON a.id = w.actor_id
      WHERE w.kind = 'a';

    UPDATE current_canvas
       SET total_pixels_this_week = t.pixels,
           unique_contributors_this_week = t.actors,
           updated_at = now()
      FROM (SELECT coalesce(sum(pixels), 0) AS pixels, count(*) AS actors
              FROM week_totals) AS t;

    DELETE FROM week_hours;
    PERFORM week_hours_add(r.epoch, r.from_seq, r.to_seq)
       FROM (SELECT * FROM week_ranges() ORDER BY epoch) AS r;
    PERFORM factions_recount();
    PERFORM objectives_recount(NULL);
END
$$;

COMMENT ON FUNCTION week_recount(current_canvas) IS
    'Sets every counter of the running week to what the log says';

REVOKE ALL ON FUNCTION week_recount(current_canvas) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_recount(current_canvas) TO canvas_service;
