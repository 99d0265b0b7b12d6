CREATE OR REPLACE FUNCTION rfc3339(p_time timestamptz)
    RETURNS text
    LANGUAGE sql STABLE STRICT
RETURN to_char(p_time AT TIME ZONE 'UTC',
               CASE WHEN extract(milliseconds FROM p_time)::bigint % 1000 = 0
                    THEN 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
                    ELSE 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"' END);

COMMENT ON FUNCTION rfc3339(timestamptz) IS
    'A time as JSON shows it: UTC, milliseconds only when there are some';

REVOKE ALL ON FUNCTION rfc3339(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rfc3339(timestamptz) TO canvas_web, canvas_service;
