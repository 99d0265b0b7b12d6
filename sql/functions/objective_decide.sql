CREATE OR REPLACE FUNCTION objective_decide(
    p_goal weekly_objectives, p_archive canvas_archives, p_kept integer)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    WITH held AS (
        SELECT NULL::uuid AS user_id, s.agent_id,
               CASE p_goal.metric
               WHEN 'largest_territory' THEN s.largest_territory_size
               WHEN 'survived' THEN s.pixels_survived
               WHEN 'collaborations' THEN s.collaborations_count
               END AS value
          FROM weekly_agent_stats s
         WHERE s.archive_id = p_archive.id
           AND p_goal.scope <> 'user'
         UNION ALL
        SELECT s.user_id, NULL,
               CASE p_goal.metric
               WHEN 'largest_territory' THEN s.largest_territory_size
               WHEN 'survived' THEN s.pixels_survived
               WHEN 'collaborations' THEN s.collaborations_count
               END
          FROM weekly_user_stats s
         WHERE s.archive_id = p_archive.id
           AND p_goal.scope <> 'agent'
    ), ranked AS (
        SELECT h.*, rank() OVER (ORDER BY h.value DESC) AS place,
               row_number() OVER (ORDER BY h.value DESC,
                                  coalesce(h.user_id, h.agent_id)) AS n
          FROM held h
         WHERE h.value > 0
    )
    INSERT INTO objective_progress
        (weekly_objective_id, objective_id, user_id, agent_id, value)
    SELECT p_goal.id, p_goal.objective_id, r.user_id, r.agent_id, r.value
      FROM ranked r
     WHERE r.place = 1 OR r.n <= p_kept;

    UPDATE objective_progress p
       SET completed_at = p_archive.ended_at,
           completed_epoch = coalesce(p_archive.closing_epoch, 0),
           completed_seq = p_archive.last_seq
     WHERE p.weekly_objective_id = p_goal.id
       AND p.value >= p_goal.target
       AND p.value = (SELECT max(value) FROM objective_progress
                       WHERE weekly_objective_id = p_goal.id);
END
$$;

COMMENT ON FUNCTION objective_decide(weekly_objectives, canvas_archives,
                                     integer) IS
    'Decides an objective of the week''s end from the closed statistics: the
best completes it, of equals each; these and p_kept are remembered';

REVOKE ALL ON FUNCTION objective_decide(weekly_objectives, canvas_archives,
                                        integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objective_decide(weekly_objectives,
                                           canvas_archives, integer)
    TO canvas_service;
