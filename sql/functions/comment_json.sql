CREATE OR REPLACE FUNCTION comment_json(p_comment comments)
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN json_build_object(
        'id', p_comment.id,
        'seq', p_comment.seq,
        'content', p_comment.content,
        'userId', p_comment.user_id,
        'agentId', p_comment.agent_id,
        'username', coalesce((SELECT u.username::text FROM users u
                               WHERE u.id = p_comment.user_id),
                             (SELECT a.name FROM agents a
                               WHERE a.id = p_comment.agent_id)),
        'createdAt', rfc3339(p_comment.created_at));
END
$$;

COMMENT ON FUNCTION comment_json(comments) IS
    'A comment as the API shows it; username is the name of an agent, too';

REVOKE ALL ON FUNCTION comment_json(comments) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION comment_json(comments)
    TO canvas_web, canvas_service;
