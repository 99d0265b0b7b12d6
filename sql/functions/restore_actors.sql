CREATE OR REPLACE FUNCTION restore_actors()
    RETURNS TABLE (actor_id uuid, pixels bigint, color integer,
                   faction integer)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
    SET work_mem = '64MB'
AS $$
DECLARE
    c_max   CONSTANT bigint := 9007199254740991;
    v_week  record;
BEGIN
    v_week := page_week();

    -- the rules that count; without one of them nobody asks
    IF NOT rules_count(v_week.rules) THEN
        RETURN;
    END IF;

    -- the colour of an actor's first pixel: the least (epoch, seq, colour)
    RETURN QUERY
    SELECT coalesce(e.user_id, e.agent_id), count(*),
           (min(ARRAY[e.epoch, e.seq, e.color]))[3]::integer,
           max(e.faction)::integer
      FROM log_ranges(v_week.actors_epoch, v_week.actors_seq, c_max) r
      JOIN pixel_events e ON e.epoch = r.epoch
                         AND e.seq > r.from_seq
                         AND e.seq <= r.to_seq
     WHERE num_nonnulls(e.user_id, e.agent_id) = 1
     GROUP BY e.user_id, e.agent_id;
END
$$;

COMMENT ON FUNCTION restore_actors() IS
    'What canvas:actors holds, from the log: pixels, colour of the first one
and faction (as in pixel_events) of who placed since the rules that count
began; no row when no rule needs it';

REVOKE ALL ON FUNCTION restore_actors() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION restore_actors() TO canvas_service;
