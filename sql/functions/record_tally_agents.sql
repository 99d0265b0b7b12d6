CREATE OR REPLACE FUNCTION record_tally_agents(
    p_agents actor_pixels[], p_hour integer, p_goals weekly_objectives[])
    RETURNS objective_reached[]
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_reached  objective_reached[];
BEGIN
    -- The join with agent_tallies sees what was there before.
    WITH counted AS (
        INSERT INTO agent_tallies AS t (agent_id, tally)
        SELECT b.actor_id, tally_add(NULL, b.tally, p_hour)
          FROM unnest(p_agents) b
            ON CONFLICT (agent_id) DO UPDATE
           SET tally = tally_add(t.tally, excluded.tally, p_hour)
        RETURNING t.agent_id, t.tally
    )
    SELECT array_agg((c.agent_id, true, g.id, t.tally,
                      c.tally)::objective_reached) INTO v_reached
      FROM counted c
      JOIN unnest(p_goals) g
        ON (c.tally).completed & (1::bigint << g.number) = 0
       AND g.scope <> 'user'
       AND tally_value(c.tally, g.metric) >= g.target
      LEFT JOIN agent_tallies t ON t.agent_id = c.agent_id;

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
