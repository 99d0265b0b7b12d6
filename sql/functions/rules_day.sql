CREATE OR REPLACE FUNCTION rules_day(
    p_started_at timestamptz, p_now timestamptz)
    RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT
AS $$
    SELECT 1 + greatest(floor(extract(epoch FROM p_now - p_started_at)
                              / 86400), 0)::integer
$$;

COMMENT ON FUNCTION rules_day(timestamptz, timestamptz) IS
    'Day of a week, from 1: each has 24 hours and begins when the week did';

REVOKE ALL ON FUNCTION rules_day(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rules_day(timestamptz, timestamptz)
    TO canvas_web, canvas_service;
