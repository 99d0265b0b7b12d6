CREATE OR REPLACE FUNCTION objective_event(
    p_reached objective_reached, p_goal weekly_objectives,
    p_epoch bigint, p_from bigint, p_to bigint, p_hour integer,
    OUT seq bigint, OUT created_at timestamptz)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_before  CONSTANT objective_tally := p_reached.before;
    v_bare    CONSTANT smallint := (SELECT background FROM current_canvas);
    v_lacked  bigint;
BEGIN
    v_lacked := p_goal.target - CASE
        WHEN p_goal.metric IN ('hours', 'days') THEN p_goal.target - 1
        WHEN p_goal.metric <> 'hour_pixels'
            THEN coalesce(tally_value(v_before, p_goal.metric), 0)
        WHEN v_before.hour = p_hour THEN v_before.hour_pixels
        ELSE 0 END;

    SELECT e.seq, e.created_at INTO objective_event.seq,
                                    objective_event.created_at
      FROM (SELECT l.*, row_number() OVER (PARTITION BY l.color
                                           ORDER BY l.seq) AS nth
              FROM pixel_events l
             WHERE l.epoch = p_epoch
               AND l.seq > p_from
               AND l.seq <= p_to
               AND coalesce(l.user_id, l.agent_id) = p_reached.actor_id) AS e
     WHERE CASE p_goal.metric
           WHEN 'colors' THEN e.nth = 1
                AND get_bit(coalesce(v_before.colors,
                                     repeat('0', 256)::bit(256)), e.color) = 0
           WHEN 'fresh' THEN e.old_color = v_bare AND e.color <> v_bare
           WHEN 'repaints' THEN e.old_color <> v_bare
                                AND e.color <> e.old_color
           ELSE true END
     ORDER BY e.seq
    OFFSET greatest(v_lacked, 1) - 1
     LIMIT 1;

    -- Who was there already when the objective was set.
    IF seq IS NULL THEN
        seq := p_to;
        created_at := now();
    END IF;
END
$$;

COMMENT ON FUNCTION objective_event(objective_reached, weekly_objectives,
                                    bigint, bigint, bigint, integer) IS
    'The placement, in a stretch of the log within one hour, by which an actor
completed an objective';

REVOKE ALL ON FUNCTION objective_event(objective_reached, weekly_objectives,
                                       bigint, bigint, bigint, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objective_event(objective_reached,
                                          weekly_objectives, bigint, bigint,
                                          bigint, integer) TO canvas_service;
