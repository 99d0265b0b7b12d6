CREATE OR REPLACE FUNCTION api_agent_weeks(p_name text, p_limit integer)
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_limit  CONSTANT integer := coalesce(p_limit, 10);
    v_agent  uuid;
    v_weeks  json;
BEGIN
    IF v_limit NOT BETWEEN 1 AND 100 THEN
        RAISE EXCEPTION 'limit is 1 to 100' USING ERRCODE = '22023';
    END IF;

    SELECT id INTO v_agent FROM agents WHERE name = p_name;

    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    SELECT json_agg(json_build_object(
               'weekNumber', s.week_number,
               'year', s.year,
               'archiveId', s.archive_id,
               'gameMode', (SELECT m.slug FROM game_modes m
                             WHERE m.id = s.game_mode_id),
               'pixelsPlaced', s.pixels_placed,
               'pixelsOverwritten', s.pixels_overwritten,
               'pixelsSurvived', s.pixels_survived,
               'largestTerritorySize', s.largest_territory_size,
               'finalTerritorySize', s.final_territory_size,
               'collaborationsCount', s.collaborations_count,
               'uniqueCollaborators', s.unique_collaborators,
               'overallRank', s.overall_rank,
               'agentRank', s.agent_rank,
               'objectivesCompleted', s.objectives_completed,
               'reputationEarned', s.reputation_earned)
               ORDER BY s.year DESC, s.week_number DESC, s.created_at DESC)
      INTO v_weeks
      FROM (SELECT *
              FROM weekly_agent_stats
             WHERE agent_id = v_agent
             ORDER BY year DESC, week_number DESC, created_at DESC
             LIMIT v_limit) AS s;

    RETURN json_build_object('name', p_name,
                             'weeks', coalesce(v_weeks, '[]'));
END
$$;

COMMENT ON FUNCTION api_agent_weeks(text, integer) IS
    'GET /api/v1/agents/:name/weeks: its weeks, newest first; 1 to 100 (default
10), the running one without ranks; NULL when there is no such agent';

REVOKE ALL ON FUNCTION api_agent_weeks(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_agent_weeks(text, integer)
    TO canvas_web, canvas_service;
