-- Two branches, because the planner takes (epoch, seq) < (2, 50000) for
-- epoch < 2, which in a log of one epoch is nothing, and would read all of it.
CREATE OR REPLACE FUNCTION api_history_user(
    p_user uuid, p_before text, p_limit integer)
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_limit   CONSTANT integer := history_limit(p_limit);
    v_before  record;
    v_events  pixel_events[];
BEGIN
    IF p_user IS NULL THEN
        RAISE EXCEPTION 'no user given' USING ERRCODE = '22023';
    END IF;

    v_before := parse_position(p_before);

    SELECT array_agg(e ORDER BY e.epoch DESC, e.seq DESC)
      INTO v_events
      FROM ((SELECT *
               FROM pixel_events
              WHERE coalesce(user_id, agent_id) = p_user
                AND epoch = v_before.epoch AND seq < v_before.seq
              ORDER BY epoch DESC, seq DESC
              LIMIT v_limit + 1)
             UNION ALL
            (SELECT *
               FROM pixel_events
              WHERE coalesce(user_id, agent_id) = p_user
                AND epoch < v_before.epoch
              ORDER BY epoch DESC, seq DESC
              LIMIT v_limit + 1)
             ORDER BY epoch DESC, seq DESC
             LIMIT v_limit + 1) AS e;

    RETURN history_json(v_events, v_limit);
END
$$;

COMMENT ON FUNCTION api_history_user(uuid, text, integer) IS
    'History of one user, guest or agent, newest first (seed 003)';

REVOKE ALL ON FUNCTION api_history_user(uuid, text, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_history_user(uuid, text, integer)
    TO canvas_web, canvas_service;
