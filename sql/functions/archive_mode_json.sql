CREATE OR REPLACE FUNCTION archive_mode_json(p_mode game_modes)
    RETURNS json
    LANGUAGE sql STABLE
AS $$
    SELECT json_build_object('id', (p_mode).slug,
                             'name', (p_mode).name,
                             'description', (p_mode).description,
                             'icon', (p_mode).icon,
                             'difficulty', (p_mode).difficulty)
$$;

COMMENT ON FUNCTION archive_mode_json(game_modes) IS
    'A mode as /api/archives shows it';

REVOKE ALL ON FUNCTION archive_mode_json(game_modes) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive_mode_json(game_modes)
    TO canvas_web, canvas_service;
