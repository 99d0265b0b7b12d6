CREATE OR REPLACE FUNCTION objectives_complete(
    p_reached objective_reached[], p_epoch bigint, p_from bigint,
    p_to bigint, p_hour integer)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    -- the placement that did it is the nth of its kind in the stretch
    WITH goals AS (
        SELECT r.actor_id, r.is_agent, w.id, w.objective_id, w.metric,
               r.value, coalesce((r.before).colors,
                                 B'0'::bit(256)) AS colors,
               greatest(1, w.target - CASE
                   WHEN w.metric IN ('hours', 'days') THEN w.target - 1
                   WHEN w.metric <> 'hour_pixels'
                       THEN coalesce(tally_value(r.before, w.metric), 0)
                   WHEN (r.before).hour = p_hour
                       THEN (r.before).hour_pixels
                   ELSE 0 END) AS nth
          FROM unnest(p_reached) r
          JOIN weekly_objectives w ON w.id = r.weekly_objective_id
    )
    INSERT INTO objective_progress
        (weekly_objective_id, objective_id, user_id, agent_id, value,
         completed_at, completed_epoch, completed_seq)
    SELECT g.id, g.objective_id,
           CASE WHEN NOT g.is_agent THEN g.actor_id END,
           CASE WHEN g.is_agent THEN g.actor_id END,
           g.value, coalesce(p.created_at, now()), p_epoch,
           coalesce(p.seq, p_to)
      FROM goals g
     CROSS JOIN LATERAL log_nth(g.actor_id, p_epoch, p_from, p_to,
                                g.metric, g.nth, g.colors) p;
END
$$;

COMMENT ON FUNCTION objectives_complete(objective_reached[], bigint, bigint,
                                        bigint, integer) IS
    'Notes what was completed within an hour of the log, each by the placement
that did it; by the last one where somebody was there already when the
objective was set';

REVOKE ALL ON FUNCTION objectives_complete(objective_reached[], bigint,
                                           bigint, bigint, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objectives_complete(objective_reached[], bigint,
                                              bigint, bigint, integer)
    TO canvas_service;
