CREATE OR REPLACE FUNCTION week_stats(
    p_week current_canvas DEFAULT NULL, p_extras jsonb DEFAULT NULL)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_users     jsonb;
    v_agents    jsonb;
    v_factions  jsonb;
    v_totals    jsonb;
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

    SELECT jsonb_agg(jsonb_build_object(
               'faction_id', f.name,
               'territory_count', f.pixels - f.overwritten,
               'pixels_placed', f.pixels,
               'members', f.members)
                     ORDER BY f.score DESC, f.last_seq)
      INTO v_factions
      FROM week_faction_standings(p_week.current_game_mode_id,
                                  p_week.factions) AS f;

    SELECT jsonb_build_object(
               'pixels_placed', coalesce(sum(pixels), 0),
               'contributors', count(*),
               'users', count(*) FILTER (WHERE kind = 'u'),
               'guests', count(*) FILTER (WHERE kind = 'g'),
               'agents', count(*) FILTER (WHERE kind = 'a'))
      INTO v_totals
      FROM week_totals;

    IF p_extras IS NOT NULL THEN
        v_totals := v_totals
                    || jsonb_build_object('faded', p_extras->'system');
    END IF;

    RETURN jsonb_build_object(
        'top_contributors', coalesce(v_users, '[]'),
        'top_agents', coalesce(v_agents, '[]'),
        'top_factions', coalesce(v_factions, '[]'),
        'objectives_completed', '{}'::jsonb,
        'totals', v_totals,
        'heatmap_data', p_extras->'heatmap',
        'notable_moments', week_moments(coalesce(p_extras->'moments', '[]')),
        'colors', week_colors(coalesce(p_extras->'colors', '[]'),
                              p_week.palette));
END
$$;

COMMENT ON FUNCTION week_stats(current_canvas, jsonb) IS
    'The stats object of an archive (seed 001) from week_totals, week_factions
and what else was staged; best ten';

REVOKE ALL ON FUNCTION week_stats(current_canvas, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_stats(current_canvas, jsonb)
    TO canvas_service;
