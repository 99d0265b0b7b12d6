-- LATERAL with LIMIT, so that each pixel is looked up in its index: joined in
-- any other way the whole log would be read for the last second of it.
CREATE OR REPLACE FUNCTION decay_pixels(
    p_epoch bigint, p_from_seq bigint, p_to_seq bigint, p_color integer,
    OUT pixels bytea, OUT first_seq bigint)
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
    SET jit = off
AS $$
    SELECT string_agg(substring(int4send(e.x) FROM 3)
                      || substring(int4send(e.y) FROM 3), '' ORDER BY e.seq),
           min(e.seq)
      FROM pixel_events e
      JOIN LATERAL (SELECT n.epoch, n.seq
                      FROM pixel_events n
                     WHERE n.x = e.x AND n.y = e.y
                     ORDER BY n.epoch DESC, n.seq DESC
                     LIMIT 1) AS newest
           ON newest.epoch = e.epoch AND newest.seq = e.seq
     WHERE e.epoch = p_epoch
       AND e.seq > p_from_seq
       AND e.seq <= p_to_seq
       AND e.color <> p_color
$$;

COMMENT ON FUNCTION decay_pixels(bigint, bigint, bigint, integer) IS
    'Of a stretch of the log the pixels that it changed last, and not to this
colour: u16 x, u16 y each, big-endian; and the first of their changes';

REVOKE ALL ON FUNCTION decay_pixels(bigint, bigint, bigint, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION decay_pixels(bigint, bigint, bigint, integer)
    TO canvas_service;
