CREATE OR REPLACE FUNCTION week_plan(p_rotation bigint)
    RETURNS TABLE (width integer, height integer, colors integer,
                   digest text, epoch bigint, from_seq bigint, to_seq bigint,
                   fresh boolean, started_us bigint)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT c.width, c.height, cardinality(c.palette),
           week_digest(c, r.new_epoch), s.*
      FROM current_canvas c
      JOIN rotations r ON r.id = p_rotation
      LEFT JOIN LATERAL week_spans(c, r.new_epoch) AS s ON true
     ORDER BY s.epoch;
END
$$;

COMMENT ON FUNCTION week_plan(bigint) IS
    'Of what the closing week of a rotation is counted, once it is drained: a
row a span; one row without a span: nothing';

REVOKE ALL ON FUNCTION week_plan(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_plan(bigint) TO canvas_service;
