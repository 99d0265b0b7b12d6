CREATE OR REPLACE FUNCTION week_stats()
    RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_users   jsonb;
    v_agents  jsonb;
    v_totals  jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object('user_id', t.actor_id,
                                        'username', t.username,
                                        'pixels_placed', t.pixels)
                     ORDER BY t.pixels DESC, t.last_seq)
      INTO v_users
      FROM (SELECT w.*, u.username
              FROM week_totals w LEFT JOIN users u ON u.id = w.actor_id
             WHERE w.kind <> 'a'
             ORDER BY w.pixels DESC, w.last_seq LIMIT 10) AS t;

    SELECT jsonb_agg(jsonb_build_object('agent_id', t.actor_id,
                                        'name', t.name,
                                        'pixels_placed', t.pixels)
                     ORDER BY t.pixels DESC, t.last_seq)
      INTO v_agents
      FROM (SELECT w.*, a.name
              FROM week_totals w LEFT JOIN agents a ON a.id = w.actor_id
             WHERE w.kind = 'a'
             ORDER BY w.pixels DESC, w.last_seq LIMIT 10) AS t;

    SELECT jsonb_build_object(
               'pixels_placed', coalesce(sum(pixels), 0),
               'contributors', count(*),
               'users', count(*) FILTER (WHERE kind = 'u'),
               'guests', count(*) FILTER (WHERE kind = 'g'),
               'agents', count(*) FILTER (WHERE kind = 'a'))
      INTO v_totals
      FROM week_totals;

    RETURN jsonb_build_object('top_contributors', coalesce(v_users, '[]'),
                              'top_agents', coalesce(v_agents, '[]'),
                              'totals', v_totals);
END
$$;

COMMENT ON FUNCTION week_stats() IS
    'The stats object of an archive (seed 001) from week_totals; best ten';

REVOKE ALL ON FUNCTION week_stats() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_stats() TO canvas_service;
