CREATE OR REPLACE FUNCTION objective_leaders(p_goal uuid, p_limit integer)
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT coalesce(json_agg(json_build_object(
                   'userId', l.user_id,
                   'agentId', l.agent_id,
                   'username', coalesce(u.username::text, a.name),
                   'value', l.value)
                   ORDER BY l.value DESC, l.completed_epoch, l.completed_seq,
                            coalesce(l.user_id, l.agent_id)), '[]')
          FROM (SELECT s.user_id, s.agent_id, s.value, p.completed_epoch,
                       p.completed_seq
                  FROM v_objective_standings s
                  LEFT JOIN objective_progress p
                    ON p.weekly_objective_id = s.weekly_objective_id
                   AND coalesce(p.user_id, p.agent_id)
                       = coalesce(s.user_id, s.agent_id)
                 WHERE s.weekly_objective_id = p_goal
                 ORDER BY s.value DESC, p.completed_epoch, p.completed_seq,
                          coalesce(s.user_id, s.agent_id)
                 LIMIT p_limit) AS l
          LEFT JOIN users u ON u.id = l.user_id
          LEFT JOIN agents a ON a.id = l.agent_id);
END
$$;

COMMENT ON FUNCTION objective_leaders(uuid, integer) IS
    'Who is furthest with an objective of the running week; of equals, who
completed it first';

REVOKE ALL ON FUNCTION objective_leaders(uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objective_leaders(uuid, integer)
    TO canvas_web, canvas_service;
