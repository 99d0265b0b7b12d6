CREATE OR REPLACE FUNCTION milliseconds_until(
    p_time timestamptz, p_now timestamptz)
    RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT
RETURN greatest(0, floor(extract(epoch FROM p_time - p_now) * 1000))::bigint;

COMMENT ON FUNCTION milliseconds_until(timestamptz, timestamptz) IS
    'Milliseconds from p_now to p_time, never negative';

REVOKE ALL ON FUNCTION milliseconds_until(timestamptz, timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION milliseconds_until(timestamptz, timestamptz)
    TO canvas_web, canvas_service;
