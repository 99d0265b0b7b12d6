CREATE OR REPLACE FUNCTION api_leaderboard_names(p_kind text, p_ids uuid[])
    RETURNS text
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
    SELECT string_agg(coalesce(to_json(u.username)::text,
                               to_json(a.name)::text, 'null'),
                      E'\n' ORDER BY i.place)
      FROM unnest(p_ids) WITH ORDINALITY AS i (id, place)
      LEFT JOIN users u ON p_kind = 'users' AND u.id = i.id
      LEFT JOIN agents a ON p_kind = 'agents' AND a.id = i.id
$$;

COMMENT ON FUNCTION api_leaderboard_names(text, uuid[]) IS
    'GET /api/leaderboard: the names of users or agents, one JSON string or
null a line, in the order of p_ids';

REVOKE ALL ON FUNCTION api_leaderboard_names(text, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_leaderboard_names(text, uuid[])
    TO canvas_web, canvas_service;
