CREATE OR REPLACE FUNCTION week_label(
    p_reset timestamptz, OUT week_number integer, OUT year integer)
    LANGUAGE sql IMMUTABLE STRICT
AS $$
    SELECT extract(week FROM p_reset AT TIME ZONE 'UTC')::integer,
           extract(isoyear FROM p_reset AT TIME ZONE 'UTC')::integer
$$;

COMMENT ON FUNCTION week_label(timestamptz) IS
    'ISO week and ISO year of the instant a week ends on, in UTC';

REVOKE ALL ON FUNCTION week_label(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_label(timestamptz)
    TO canvas_web, canvas_service;
