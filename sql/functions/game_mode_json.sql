CREATE OR REPLACE FUNCTION game_mode_json(p_mode game_modes)
    RETURNS json
    LANGUAGE sql STABLE
AS $$
    SELECT json_build_object('id', (p_mode).slug,
                             'name', (p_mode).name,
                             'description', (p_mode).description,
                             'icon', (p_mode).icon,
                             'rules', (p_mode).rules,
                             'difficulty', (p_mode).difficulty)
     WHERE (p_mode).slug IS NOT NULL
$$;

COMMENT ON FUNCTION game_mode_json(game_modes) IS
    'A mode as /api/game/current and /upcoming show it';

REVOKE ALL ON FUNCTION game_mode_json(game_modes) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION game_mode_json(game_modes)
    TO canvas_web, canvas_service;
