CREATE OR REPLACE FUNCTION job_voter(p_user uuid, p_agent uuid)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_actor  CONSTANT uuid := coalesce(p_user, p_agent);
    v_week   current_canvas;
BEGIN
    -- Whoever turns the week waits for this, or this for them: a vote is of
    -- one week.
    SELECT * INTO STRICT v_week FROM current_canvas FOR SHARE;

    IF EXISTS (SELECT FROM rotations
                WHERE step IN ('chosen', 'turned', 'drained'))
       OR next_week_epoch() IS NOT NULL
    THEN
        RETURN job_refusal('CONFLICT',
                           'The week is turning: try again in a moment');
    END IF;

    IF NOT voting_enabled() THEN
        RETURN job_refusal('FORBIDDEN', 'There is no vote in this week');
    END IF;

    IF NOT EXISTS (SELECT FROM pixel_events e
                    WHERE coalesce(e.user_id, e.agent_id) = v_actor
                      AND e.epoch = v_week.start_epoch
                      AND e.seq > v_week.start_seq)
       AND NOT EXISTS (SELECT FROM pixel_events e
                        WHERE coalesce(e.user_id, e.agent_id) = v_actor
                          AND e.epoch > v_week.start_epoch)
    THEN
        RETURN job_refusal('FORBIDDEN',
                           'Only who placed a pixel in this week may vote');
    END IF;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION job_voter(uuid, uuid) IS
    'Whether an actor may vote and enter works now: NULL, or the refusal.
Keeps the week from turning until the transaction ends';

REVOKE ALL ON FUNCTION job_voter(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION job_voter(uuid, uuid) TO canvas_service;
