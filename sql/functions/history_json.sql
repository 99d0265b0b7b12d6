CREATE OR REPLACE FUNCTION history_json(
    p_events pixel_events[], p_limit integer)
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_list  json;
    v_next  text;
BEGIN
    SELECT json_agg(json_build_object(
               'seq', e.seq,
               'x', e.x,
               'y', e.y,
               'color', e.color,
               'userId', coalesce(e.user_id, e.agent_id),
               'username', coalesce(u.username, a.name,
                   spare_name('guest-', 32, e.user_id),
                   spare_name('agent-', 32, e.agent_id)),
               'createdAt', rfc3339(e.created_at))
               ORDER BY e.epoch DESC, e.seq DESC)
      INTO v_list
      FROM unnest(p_events[:p_limit]) AS e
      LEFT JOIN users u ON u.id = e.user_id
      LEFT JOIN agents a ON a.id = e.agent_id;

    IF cardinality(p_events) > p_limit THEN
        v_next := p_events[p_limit].epoch || '-' || p_events[p_limit].seq;
    END IF;

    RETURN json_build_object('events', coalesce(v_list, '[]'),
                             'next', v_next);
END
$$;

COMMENT ON FUNCTION history_json(pixel_events[], integer) IS
    'A page of history: events newest first, one more than the page if any';

REVOKE ALL ON FUNCTION history_json(pixel_events[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history_json(pixel_events[], integer)
    TO canvas_web, canvas_service;
