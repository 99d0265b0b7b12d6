CREATE OR REPLACE FUNCTION objectives_complete(
    p_reached objective_reached[], p_epoch bigint, p_from bigint,
    p_to bigint, p_hour integer)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    INSERT INTO objective_progress
        (weekly_objective_id, objective_id, user_id, agent_id, value,
         completed_at, completed_epoch, completed_seq)
    SELECT w.id, w.objective_id,
           CASE WHEN NOT r.is_agent THEN r.actor_id END,
           CASE WHEN r.is_agent THEN r.actor_id END,
           r.value, e.created_at, p_epoch, e.seq
      FROM unnest(p_reached) r
      JOIN weekly_objectives w ON w.id = r.weekly_objective_id
     CROSS JOIN LATERAL objective_event(r, w, p_epoch, p_from, p_to,
                                             p_hour) e;

    WITH done AS (
        SELECT r.actor_id, r.is_agent, bit_or(1::bigint << w.number) AS bits
          FROM unnest(p_reached) r
          JOIN weekly_objectives w ON w.id = r.weekly_objective_id
         GROUP BY r.actor_id, r.is_agent
    ), by_users AS (
        UPDATE user_profiles p
           SET completed = p.completed | d.bits
          FROM done d
         WHERE p.user_id = d.actor_id AND NOT d.is_agent
    )
    UPDATE agent_tallies t
       SET completed = t.completed | d.bits
      FROM done d
     WHERE t.agent_id = d.actor_id AND d.is_agent;
END
$$;

COMMENT ON FUNCTION objectives_complete(objective_reached[], bigint, bigint,
                                        bigint, integer) IS
    'Notes what was completed within a stretch of the log, each by the placement
that did it';

REVOKE ALL ON FUNCTION objectives_complete(objective_reached[], bigint,
                                           bigint, bigint, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objectives_complete(objective_reached[], bigint,
                                              bigint, bigint, integer)
    TO canvas_service;
