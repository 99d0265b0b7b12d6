CREATE OR REPLACE FUNCTION api_objectives()
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_week  current_canvas;
    v_list  json;
BEGIN
    SELECT * INTO STRICT v_week FROM current_canvas;

    SELECT json_agg(json_build_object(
               'id', d.slug,
               'name', d.name,
               'description', d.description,
               'metric', w.metric,
               'target', w.target,
               'scope', w.scope,
               'reward', w.reward,
               'atWeekEnd', w.at_week_end,
               'completed', (SELECT count(*) FROM objective_progress p
                              WHERE p.weekly_objective_id = w.id
                                AND p.completed_at IS NOT NULL),
               'first', objective_first(w.id),
               'leaders', objective_leaders(w.id, 3))
               ORDER BY w.number)
      INTO v_list
      FROM weekly_objectives w
      JOIN objective_definitions d ON d.id = w.objective_id
     WHERE w.archive_id IS NULL;

    RETURN json_build_object(
        'objectives', coalesce(v_list, '[]'),
        'week', json_build_object(
            'weekNumber', v_week.week_number,
            'year', v_week.year,
            'startedAt', rfc3339(v_week.week_started_at),
            'resetAt', rfc3339(v_week.week_resets_at)));
END
$$;

COMMENT ON FUNCTION api_objectives() IS
    'GET /api/v1/objectives: those of the running week, how many completed
them, who did first and who is furthest';

REVOKE ALL ON FUNCTION api_objectives() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_objectives() TO canvas_web, canvas_service;
