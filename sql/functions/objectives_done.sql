CREATE OR REPLACE FUNCTION objectives_done(p_reached objective_reached[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
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

COMMENT ON FUNCTION objectives_done(objective_reached[]) IS
    'Notes with the tallies of actors what they completed';

REVOKE ALL ON FUNCTION objectives_done(objective_reached[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objectives_done(objective_reached[])
    TO canvas_service;
