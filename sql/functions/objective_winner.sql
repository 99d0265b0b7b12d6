CREATE OR REPLACE FUNCTION objective_winner(p_goal weekly_objectives)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN coalesce((
        SELECT jsonb_build_object(d.slug, jsonb_build_object(
                   'winner_id', coalesce(p.user_id, p.agent_id),
                   'winner_name', coalesce(u.username::text, a.name),
                   'value', p.value,
                   'completed', count(*) OVER ()))
          FROM objective_progress p
          JOIN objective_definitions d ON d.id = p.objective_id
          LEFT JOIN users u ON u.id = p.user_id
          LEFT JOIN agents a ON a.id = p.agent_id
         WHERE p.weekly_objective_id = p_goal.id
           AND p.completed_at IS NOT NULL
         ORDER BY p.value DESC, p.completed_epoch, p.completed_seq,
                  coalesce(p.user_id, p.agent_id)
         LIMIT 1), '{}');
END
$$;

COMMENT ON FUNCTION objective_winner(weekly_objectives) IS
    'Who got furthest of those that completed an objective, under its slug; of
equals who completed it first.  {}: nobody did';

REVOKE ALL ON FUNCTION objective_winner(weekly_objectives) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objective_winner(weekly_objectives)
    TO canvas_service;
