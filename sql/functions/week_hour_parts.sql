CREATE OR REPLACE FUNCTION week_hour_parts()
    RETURNS TABLE (part integer, epoch bigint, from_seq bigint,
                   to_seq bigint, hour integer)
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
    SELECT (row_number() OVER (ORDER BY r.epoch, h.from_seq))::integer,
           r.epoch, h.from_seq, h.to_seq, h.hour
      FROM week_ranges() r, week_parts(r.from_seq, r.to_seq) h
$$;

COMMENT ON FUNCTION week_hour_parts() IS
    'The running week in parts of an epoch and an hour, numbered in log order';

REVOKE ALL ON FUNCTION week_hour_parts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_hour_parts() TO canvas_service;
