CREATE OR REPLACE FUNCTION announcements()
    RETURNS TABLE (kind text, id uuid, notice text)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    -- Who decided an objective at the end of the week is news for a day.
    RETURN QUERY
    SELECT 'objective', p.id,
           json_build_object('type', 'objective',
                             'objective', d.slug,
                             'name', d.name,
                             'userId', p.user_id,
                             'agentId', p.agent_id,
                             'username', coalesce(u.username::text,
                                                  a.name))::text
      FROM weekly_objectives w
      JOIN objective_definitions d ON d.id = w.objective_id
      LEFT JOIN canvas_archives c ON c.id = w.archive_id
     CROSS JOIN LATERAL (
           SELECT * FROM objective_progress o
            WHERE o.weekly_objective_id = w.id
              AND o.completed_at IS NOT NULL
            ORDER BY o.completed_epoch, o.completed_seq,
                     coalesce(o.user_id, o.agent_id)
            LIMIT 1) AS p
      LEFT JOIN users u ON u.id = p.user_id
      LEFT JOIN agents a ON a.id = p.agent_id
     WHERE (w.archive_id IS NULL
            OR w.at_week_end AND c.created_at > now() - interval '1 day')
       AND NOT EXISTS (SELECT FROM objective_progress t
                        WHERE t.weekly_objective_id = w.id
                          AND t.announced_at IS NOT NULL)
     ORDER BY p.completed_epoch, p.completed_seq, w.number;

    RETURN QUERY
    SELECT 'upcoming', c.next_game_mode_id,
           (jsonb_build_object('type', 'upcoming')
            || api_game_upcoming()::jsonb)::text
      FROM current_canvas c
     WHERE c.next_game_mode_id IS DISTINCT FROM c.announced_game_mode_id
       AND (api_game_upcoming() -> 'announced')::text = 'true';
END
$$;

COMMENT ON FUNCTION announcements() IS
    'What everybody is to be told and was not yet: the first who completed each
objective, and the mode of the next week once it is public';

REVOKE ALL ON FUNCTION announcements() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION announcements() TO canvas_service;
