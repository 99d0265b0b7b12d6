CREATE OR REPLACE FUNCTION week_parts(p_from bigint, p_to bigint)
    RETURNS TABLE (from_seq bigint, to_seq bigint, hour integer)
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
    SELECT greatest(h.from_seq, p_from), least(h.to_seq, p_to), h.hour
      FROM (SELECT w.from_seq, w.hour,
                   lead(w.from_seq, 1, 9007199254740991)
                       OVER (ORDER BY w.from_seq) AS to_seq
              FROM week_hours w) AS h
     WHERE h.from_seq < p_to AND h.to_seq > p_from
     ORDER BY h.from_seq
$$;

COMMENT ON FUNCTION week_parts(bigint, bigint) IS
    'Parts of a stretch of the log of the running week, each of one hour, in
order: from_seq < seq <= to_seq';

REVOKE ALL ON FUNCTION week_parts(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_parts(bigint, bigint) TO canvas_service;
