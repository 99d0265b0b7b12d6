CREATE OR REPLACE FUNCTION record_tally_agents(
    p_agents actor_pixels[], p_hour integer, p_goals weekly_objectives[])
    RETURNS objective_reached[]
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_reached  objective_reached[];
BEGIN
    INSERT INTO agent_tallies (agent_id)
    SELECT b.actor_id FROM unnest(p_agents) b
        ON CONFLICT DO NOTHING;

    -- The join with agent_tallies sees what was there before.
    WITH counted AS (
        UPDATE agent_tallies t
           SET pixels = t.pixels + b.pixels,
               hour_pixels = b.pixels + CASE WHEN t.hour = p_hour
                                             THEN t.hour_pixels ELSE 0 END,
               best_hour = greatest(t.best_hour,
                                    b.pixels + CASE WHEN t.hour = p_hour
                                                    THEN t.hour_pixels
                                                    ELSE 0 END),
               hours = t.hours + (t.hour <> p_hour)::integer,
               days = t.days + (t.hour / 24 <> p_hour / 24)::integer,
               hour = p_hour,
               fresh = t.fresh + b.fresh,
               repaints = t.repaints + b.repaints,
               faction = coalesce(b.faction, t.faction),
               colors = t.colors | b.colors
          FROM unnest(p_agents) b
         WHERE t.agent_id = b.actor_id
        RETURNING t.agent_id, t.completed,
                  ARRAY[t.pixels, t.best_hour, t.hours, t.days, t.fresh,
                        t.repaints, bit_count(t.colors)] AS reached
    )
    SELECT array_agg((n.agent_id, true, g.id, n.reached[g.slot],
                      agent_tally(t))::objective_reached) INTO v_reached
      FROM counted n
      JOIN unnest(p_goals) g
        ON n.reached[g.slot] >= g.target
       AND n.completed & (1::bigint << g.number) = 0
       AND g.scope <> 'user'
      LEFT JOIN agent_tallies t ON t.agent_id = n.agent_id;

    RETURN v_reached;
END
$$;

COMMENT ON FUNCTION record_tally_agents(actor_pixels[], integer,
                                        weekly_objectives[]) IS
    'Adds to the tallies of agents; returns which objectives they completed';

REVOKE ALL ON FUNCTION record_tally_agents(actor_pixels[], integer,
                                           weekly_objectives[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_tally_agents(actor_pixels[], integer,
                                              weekly_objectives[])
    TO canvas_service;
