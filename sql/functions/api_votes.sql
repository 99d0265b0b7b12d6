CREATE OR REPLACE FUNCTION api_votes()
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_enabled  CONSTANT boolean := voting_enabled();
    v_modes    json;
    v_works    json;
BEGIN
    SELECT json_agg(json_build_object('id', s.slug, 'name', s.name,
                                      'votes', s.votes)
                    ORDER BY s.votes DESC, s.weight DESC, s.display_order,
                             s.slug)
      INTO v_modes
      FROM mode_standings s
     WHERE v_enabled;

    SELECT json_agg(standing_json(s) ORDER BY s.votes DESC, s.created_at, s.id)
      INTO v_works
      FROM (SELECT *
              FROM artwork_standings
             WHERE v_enabled AND archive_id IS NULL
             ORDER BY votes DESC, created_at, id
             LIMIT 1000) AS s;

    RETURN json_build_object(
        'enabled', v_enabled,
        'mode', json_build_object('standings', coalesce(v_modes, '[]')),
        'art', json_build_object('artworks', coalesce(v_works, '[]')));
END
$$;

COMMENT ON FUNCTION api_votes() IS
    'GET /api/v1/votes: whether this week has a vote, and how it stands';

REVOKE ALL ON FUNCTION api_votes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_votes() TO canvas_web, canvas_service;
