CREATE OR REPLACE FUNCTION api_game_modes(p_active_only boolean)
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_result  json;
BEGIN
    SELECT json_build_object(
               'modes', coalesce(json_agg(mode), '[]'),
               'groupedByDifficulty', json_build_object(
                   'easy', coalesce(json_agg(mode)
                       FILTER (WHERE difficulty = 'easy'), '[]'),
                   'medium', coalesce(json_agg(mode)
                       FILTER (WHERE difficulty = 'medium'), '[]'),
                   'hard', coalesce(json_agg(mode)
                       FILTER (WHERE difficulty = 'hard'), '[]'),
                   'chaos', coalesce(json_agg(mode)
                       FILTER (WHERE difficulty = 'chaos'), '[]')),
               'total', count(*))
      INTO v_result
      FROM (SELECT difficulty,
                   json_build_object('id', slug,
                                     'name', name,
                                     'description', description,
                                     'icon', icon,
                                     'rules', rules,
                                     'difficulty', difficulty,
                                     'is_active', is_active,
                                     'created_at', rfc3339(created_at))
                       AS mode
              FROM game_modes
             WHERE is_active OR NOT coalesce(p_active_only, true)
             ORDER BY display_order, slug) AS shown;

    RETURN v_result;
END
$$;

COMMENT ON FUNCTION api_game_modes(boolean) IS
    'GET /api/game/modes (seed 002); NULL: active modes only';

REVOKE ALL ON FUNCTION api_game_modes(boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_game_modes(boolean)
    TO canvas_web, canvas_service;
