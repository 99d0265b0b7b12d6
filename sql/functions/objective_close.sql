CREATE OR REPLACE FUNCTION objective_close(
    p_goal weekly_objectives, p_archive canvas_archives, p_kept integer)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    IF p_goal.at_week_end THEN
        PERFORM objective_decide(p_goal, p_archive, p_kept);
        RETURN;
    END IF;

    UPDATE objective_progress p
       SET value = s.value
      FROM v_objective_standings s
     WHERE p.weekly_objective_id = p_goal.id
       AND s.weekly_objective_id = p_goal.id
       AND coalesce(s.user_id, s.agent_id) = coalesce(p.user_id, p.agent_id);

    INSERT INTO objective_progress
        (weekly_objective_id, objective_id, user_id, agent_id, value)
    SELECT p_goal.id, p_goal.objective_id, s.user_id, s.agent_id, s.value
      FROM v_objective_standings s
     WHERE s.weekly_objective_id = p_goal.id
       AND s.value < p_goal.target
     ORDER BY s.value DESC, coalesce(s.user_id, s.agent_id)
     LIMIT p_kept;
END
$$;

COMMENT ON FUNCTION objective_close(weekly_objectives, canvas_archives,
                                    integer) IS
    'Final values of an objective: of all who completed it, and of p_kept who
came closest';

REVOKE ALL ON FUNCTION objective_close(weekly_objectives, canvas_archives,
                                       integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objective_close(weekly_objectives, canvas_archives,
                                          integer) TO canvas_service;
