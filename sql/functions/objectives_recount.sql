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
       SET pixels_this_week = 0, hour = -1, hour_pixels = 0, best_hour = 0,
           hours = 0, days = 0, fresh = 0, repaints = 0, faction = NULL,
           completed = 0, colors = B'0'::bit(256)
     WHERE (hour >= 0 OR pixels_this_week > 0)
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
        PERFORM record_count_week(v_new.users, v_new.agents, v_part.epoch,
                                  v_part.from_seq, v_part.to_seq,
                                  v_part.hour, true);
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
