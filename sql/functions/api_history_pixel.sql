-- Two branches, because the planner takes (epoch, seq) < (2, 50000) for
-- epoch < 2, which in a log of one epoch is nothing, and would read all of it.
CREATE OR REPLACE FUNCTION api_history_pixel(
    p_x integer, p_y integer, p_before text, p_limit integer)
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
    IF p_x IS NULL OR p_y IS NULL
       OR p_x NOT BETWEEN 0 AND 65535 OR p_y NOT BETWEEN 0 AND 65535
    THEN
        RAISE EXCEPTION 'no such pixel' USING ERRCODE = '22023';
    END IF;

    v_before := parse_position(p_before);

    SELECT array_agg(e ORDER BY e.epoch DESC, e.seq DESC)
      INTO v_events
      FROM ((SELECT *
               FROM pixel_events
              WHERE x = p_x AND y = p_y
                AND epoch = v_before.epoch AND seq < v_before.seq
              ORDER BY epoch DESC, seq DESC
              LIMIT v_limit + 1)
             UNION ALL
            (SELECT *
               FROM pixel_events
              WHERE x = p_x AND y = p_y
                AND epoch < v_before.epoch
              ORDER BY epoch DESC, seq DESC
              LIMIT v_limit + 1)
             ORDER BY epoch DESC, seq DESC
             LIMIT v_limit + 1) AS e;

    RETURN history_json(v_events, v_limit);
END
$$;

COMMENT ON FUNCTION api_history_pixel(integer, integer, text, integer) IS
    'History of one pixel, newest first (seed 003)';

REVOKE ALL ON FUNCTION api_history_pixel(integer, integer, text, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_history_pixel(integer, integer, text, integer)
    TO canvas_web, canvas_service;
