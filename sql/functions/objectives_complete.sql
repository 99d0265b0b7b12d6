-- One pass over what the actors placed in the stretch: for one actor through
-- the index, for thousands without.
CREATE OR REPLACE FUNCTION objectives_complete(
    p_reached objective_reached[], p_epoch bigint, p_from bigint,
    p_to bigint, p_hour integer)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_bare  CONSTANT smallint := (SELECT background FROM current_canvas);
BEGIN
    -- the placement that did it is the nth of its kind in the stretch
    WITH goals AS (
        SELECT r.actor_id, r.is_agent, w.id, w.objective_id, w.metric,
               r.value, greatest(1, w.target - CASE
                   WHEN w.metric IN ('hours', 'days') THEN w.target - 1
                   WHEN w.metric <> 'hour_pixels'
                       THEN coalesce(tally_value(r.before, w.metric), 0)
                   WHEN (r.before).hour = p_hour
                       THEN (r.before).hour_pixels
                   ELSE 0 END) AS nth
          FROM unnest(p_reached) r
          JOIN weekly_objectives w ON w.id = r.weekly_objective_id
    ), actors AS (
        SELECT DISTINCT ON (r.actor_id) r.actor_id,
               coalesce((r.before).colors, B'0'::bit(256)) AS colors
          FROM unnest(p_reached) r
         ORDER BY r.actor_id
    ), log AS (
        SELECT a.actor_id, e.seq, e.created_at,
               e.old_color = v_bare AND e.color <> v_bare AS is_fresh,
               e.old_color <> v_bare AND e.color <> e.old_color
                   AS is_repaint,
               get_bit(a.colors, e.color) = 0
                   AND row_number() OVER (PARTITION BY a.actor_id, e.color
                                          ORDER BY e.seq) = 1 AS is_new
          FROM actors a
          JOIN pixel_events e
            ON coalesce(e.user_id, e.agent_id) = a.actor_id
           AND e.epoch = p_epoch
           AND e.seq > p_from
           AND e.seq <= p_to
    ), counted AS (
        SELECT l.*, row_number() OVER w AS n,
               count(*) FILTER (WHERE l.is_fresh) OVER w AS n_fresh,
               count(*) FILTER (WHERE l.is_repaint) OVER w AS n_repaint,
               count(*) FILTER (WHERE l.is_new) OVER w AS n_new
          FROM log l
        WINDOW w AS (PARTITION BY l.actor_id ORDER BY l.seq)
    ), placed AS (
        SELECT g.id, g.actor_id, min(c.seq) AS seq,
               min(c.created_at) AS created_at
          FROM goals g
          JOIN counted c
            ON c.actor_id = g.actor_id
           AND CASE g.metric
               WHEN 'fresh' THEN c.is_fresh AND c.n_fresh = g.nth
               WHEN 'repaints' THEN c.is_repaint AND c.n_repaint = g.nth
               WHEN 'colors' THEN c.is_new AND c.n_new = g.nth
               ELSE c.n = g.nth END
         GROUP BY g.id, g.actor_id
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
      LEFT JOIN placed p ON p.id = g.id AND p.actor_id = g.actor_id;
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
