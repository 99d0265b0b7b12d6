CREATE OR REPLACE FUNCTION import_parts(p_parts bigint[])
    RETURNS TABLE (part integer, suffix text, week_from timestamptz,
                   week_to timestamptz, at_from timestamptz)
    LANGUAGE sql STABLE
    SET search_path = canvas, pg_temp
AS $$
    SELECT p.n::integer, w.suffix, w.first_at, w.end_at,
           CASE WHEN p.n = min(p.n) OVER (PARTITION BY w.suffix)
                THEN w.first_at
                ELSE timestamptz 'epoch' + p.ms * interval '1 millisecond'
           END
      FROM unnest(p_parts) WITH ORDINALITY AS p(ms, n),
           import_week(p.ms) AS w
$$;

COMMENT ON FUNCTION import_parts(bigint[]) IS
    'The parts of an import that begin at these Unix times in milliseconds, in
their order: which week each one is of, and from when on all of that is its
own.  The first one of a week has that from its beginning';

REVOKE ALL ON FUNCTION import_parts(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_parts(bigint[]) TO canvas_service;
