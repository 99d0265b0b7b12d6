CREATE OR REPLACE FUNCTION restore_events(
    p_from_epoch bigint, p_from_seq bigint)
    RETURNS TABLE (epoch bigint, seq bigint, x integer, y integer,
                   color integer)
    LANGUAGE sql STABLE
AS $$
    SELECT e.epoch, e.seq, e.x, e.y, e.color::integer
      FROM log_ranges(p_from_epoch, p_from_seq, 9007199254740991) r
      JOIN pixel_events e ON e.epoch = r.epoch
                         AND e.seq > r.from_seq
                         AND e.seq <= r.to_seq
     ORDER BY e.epoch, e.seq
$$;

COMMENT ON FUNCTION restore_events(bigint, bigint) IS
    'The changes behind a position that are part of the canvas, in log order';

REVOKE ALL ON FUNCTION restore_events(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION restore_events(bigint, bigint) TO canvas_service;
