CREATE OR REPLACE FUNCTION import_week(
    p_ms bigint, OUT suffix text, OUT first_at timestamptz,
    OUT end_at timestamptz)
    LANGUAGE sql STABLE STRICT
    SET timezone = 'UTC'
AS $$
    SELECT to_char(w.at, 'IYYY"w"IW'), w.at, w.at + interval '7 days'
      FROM date_trunc('week', timestamptz 'epoch'
                              + p_ms * interval '1 millisecond') AS w(at)
$$;

COMMENT ON FUNCTION import_week(bigint) IS
    'The ISO week of a Unix time in milliseconds, as the partitions of the log
are named and bounded';

REVOKE ALL ON FUNCTION import_week(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_week(bigint) TO canvas_service;
