CREATE OR REPLACE FUNCTION next_week_reset(
    p_after timestamptz, p_weekday integer DEFAULT 6,
    p_time time DEFAULT '14:00')
    RETURNS timestamptz
    LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
    v_after  CONSTANT timestamp := p_after AT TIME ZONE 'UTC';
    v_reset  timestamp;
BEGIN
    IF p_weekday NOT BETWEEN 1 AND 7 THEN
        RAISE EXCEPTION 'weekday is 1 to 7' USING ERRCODE = '22023';
    END IF;

    v_reset := date_trunc('week', v_after)
               + make_interval(days => p_weekday - 1) + p_time;

    IF v_reset <= v_after THEN
        v_reset := v_reset + interval '7 days';
    END IF;

    RETURN v_reset AT TIME ZONE 'UTC';
END
$$;

COMMENT ON FUNCTION next_week_reset(timestamptz, integer, time) IS
    'First reset strictly after a time: ISO weekday and time of day in UTC';

REVOKE ALL ON FUNCTION next_week_reset(timestamptz, integer, time)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION next_week_reset(timestamptz, integer, time)
    TO canvas_web, canvas_service;
