CREATE OR REPLACE FUNCTION standing_json(p_standing artwork_standings)
    RETURNS json
    LANGUAGE sql STABLE
AS $$
    SELECT json_build_object(
               'id', (p_standing).id,
               'title', (p_standing).title,
               'x', (p_standing).x,
               'y', (p_standing).y,
               'width', (p_standing).width,
               'height', (p_standing).height,
               'userId', (p_standing).user_id,
               'agentId', (p_standing).agent_id,
               'username', (p_standing).username,
               'votes', (p_standing).votes)
$$;

COMMENT ON FUNCTION standing_json(artwork_standings) IS
    'A work of art as the API shows it';

REVOKE ALL ON FUNCTION standing_json(artwork_standings) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION standing_json(artwork_standings)
    TO canvas_web, canvas_service;
