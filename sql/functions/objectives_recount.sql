CREATE OR REPLACE FUNCTION objectives_recount(p_actors uuid[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_told  objective_progress[];
    v_part  record;
    v_new   record;
BEGIN
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

    UPDATE user_profiles
       SET tally = NULL
     WHERE (tally).pixels IS NOT NULL
       AND (p_actors IS NULL OR user_id = ANY (p_actors));

    DELETE FROM agent_tallies
     WHERE p_actors IS NULL OR agent_id = ANY (p_actors);

    FOR v_part IN
        SELECT r.epoch, h.*
          FROM week_ranges() r, week_parts(r.from_seq, r.to_seq) h
         ORDER BY r.epoch, h.from_seq
    LOOP
        v_new := log_tallies(v_part.epoch, v_part.from_seq, v_part.to_seq,
                             p_actors);
        PERFORM record_count_week(tallies_only(v_new.users),
                                  tallies_only(v_new.agents), v_part.epoch,
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
    'Sets the tallies of the running week and what is completed to what the log
says, for some actors or for everybody (NULL)';

REVOKE ALL ON FUNCTION objectives_recount(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objectives_recount(uuid[]) TO canvas_service;
