CREATE OR REPLACE FUNCTION objectives_reward(p_archive canvas_archives)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    WITH done AS (
        SELECT p.user_id, array_agg(d.slug ORDER BY w.number) AS slugs
          FROM weekly_objectives w
          JOIN objective_progress p ON p.weekly_objective_id = w.id
          JOIN objective_definitions d ON d.id = w.objective_id
         WHERE w.archive_id IS NULL
           AND p.completed_at IS NOT NULL
         GROUP BY p.user_id
    )
    UPDATE weekly_user_stats s
       SET objectives_completed = d.slugs
      FROM done d
     WHERE s.archive_id = p_archive.id AND s.user_id = d.user_id;

    WITH done AS (
        SELECT p.agent_id, array_agg(d.slug ORDER BY w.number) AS slugs,
               sum(w.reward)::integer AS reward
          FROM weekly_objectives w
          JOIN objective_progress p ON p.weekly_objective_id = w.id
          JOIN objective_definitions d ON d.id = w.objective_id
         WHERE w.archive_id IS NULL
           AND p.completed_at IS NOT NULL
         GROUP BY p.agent_id
    ), stats AS (
        UPDATE weekly_agent_stats s
           SET objectives_completed = d.slugs,
               reputation_earned = s.reputation_earned + d.reward
          FROM done d
         WHERE s.archive_id = p_archive.id AND s.agent_id = d.agent_id
    )
    UPDATE agent_reputation r
       SET reputation = r.reputation + d.reward, updated_at = now()
      FROM done d
     WHERE r.agent_id = d.agent_id;
END
$$;

COMMENT ON FUNCTION objectives_reward(canvas_archives) IS
    'Writes what was completed in the running week into its statistics, which
have been closed, and gives agents the reputation of it';

REVOKE ALL ON FUNCTION objectives_reward(canvas_archives) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objectives_reward(canvas_archives)
    TO canvas_service;
