CREATE OR REPLACE FUNCTION objective_first(p_goal uuid)
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT json_build_object(
                   'userId', p.user_id,
                   'agentId', p.agent_id,
                   'username', coalesce(u.username::text, a.name),
                   'completedAt', rfc3339(p.completed_at))
          FROM objective_progress p
          LEFT JOIN users u ON u.id = p.user_id
          LEFT JOIN agents a ON a.id = p.agent_id
         WHERE p.weekly_objective_id = p_goal
           AND p.completed_at IS NOT NULL
         ORDER BY p.completed_epoch, p.completed_seq,
                  coalesce(p.user_id, p.agent_id)
         LIMIT 1);
END
$$;

COMMENT ON FUNCTION objective_first(uuid) IS
    'Who completed an objective first; NULL: nobody has';

REVOKE ALL ON FUNCTION objective_first(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objective_first(uuid)
    TO canvas_web, canvas_service;
