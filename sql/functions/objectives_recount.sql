CREATE OR REPLACE FUNCTION objectives_recount(p_actors uuid[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_goals  weekly_objectives[];
    v_told   objective_progress[];
    v_part   record;
BEGIN
    SELECT array_agg(w) INTO v_goals
      FROM weekly_objectives w
     WHERE w.archive_id IS NULL AND NOT w.at_week_end;

    -- What everybody was told stays told.
    WITH gone AS (
        DELETE FROM objective_progress p
         USING weekly_objectives w
         WHERE w.id = p.weekly_objective_id
           AND w.archive_id IS NULL
           AND (p_actors IS NULL
                OR coalesce(p.user_id, p.agent_id) = ANY (p_actors))
        RETURNING p.*
    )
    SELECT array_agg(g::objective_progress) INTO v_told
      FROM gone g
     WHERE g.announced_at IS NOT NULL;

    PERFORM week_place(p_actors);
    PERFORM week_pass(v_goals);
    PERFORM tallies_recount(v_goals, p_actors);

    FOR v_part IN
        SELECT h.*, array_agg((p.actor_id, p.agent, g.id, g.target,
                               p.before)::objective_reached) AS reached
          FROM week_hour_parts() h
          JOIN week_passed p ON p.part = h.part
          JOIN unnest(v_goals) g
            ON p.reached[g.slot] >= g.target
           AND p.reached_before[g.slot] < g.target
           AND g.scope <> CASE WHEN p.agent THEN 'user' ELSE 'agent' END
         GROUP BY h.part, h.epoch, h.from_seq, h.to_seq, h.hour
    LOOP
        PERFORM objectives_complete(v_part.reached, v_part.epoch,
                                    v_part.from_seq, v_part.to_seq,
                                    v_part.hour);
    END LOOP;

    UPDATE objective_progress p
       SET announced_at = t.announced_at
      FROM unnest(v_told) t
     WHERE p.weekly_objective_id = t.weekly_objective_id
       AND coalesce(p.user_id, p.agent_id) = coalesce(t.user_id, t.agent_id);
END
$$;

COMMENT ON FUNCTION objectives_recount(uuid[]) IS
    'Sets what actors did in the running week, and what they completed, to what
the log says: some of them or everybody (NULL).  Not weekly_agent_stats';

REVOKE ALL ON FUNCTION objectives_recount(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objectives_recount(uuid[]) TO canvas_service;
