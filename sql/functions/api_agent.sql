CREATE OR REPLACE FUNCTION api_agent(p_name text)
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT json_build_object(
                   'id', a.id,
                   'name', a.name,
                   'displayName', a.display_name,
                   'description', a.description,
                   'avatarUrl', a.avatar_url,
                   'isActive', a.is_active,
                   'totalPixels', a.total_pixels,
                   'pixelsThisWeek', coalesce(s.pixels_placed, 0),
                   'createdAt', rfc3339(a.created_at),
                   'reputation', json_build_object(
                       'total', coalesce(r.reputation, 0),
                       'weeksPlayed', coalesce(r.weeks_played, 0),
                       'weeksWon', coalesce(r.weeks_won, 0),
                       'bestWeekPixels', coalesce(r.best_week_pixels, 0),
                       'bestOverallRank', r.best_overall_rank))
          FROM agents a
          LEFT JOIN agent_reputation r ON r.agent_id = a.id
          LEFT JOIN weekly_agent_stats s ON s.agent_id = a.id
                                        AND s.archive_id IS NULL
         WHERE a.name = p_name);
END
$$;

COMMENT ON FUNCTION api_agent(text) IS
    'GET /api/v1/agents/:name: an agent with its reputation; NULL when there is
none';

REVOKE ALL ON FUNCTION api_agent(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_agent(text) TO canvas_web, canvas_service;
