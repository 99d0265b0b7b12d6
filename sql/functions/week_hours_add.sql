CREATE OR REPLACE FUNCTION week_hours_add(
    p_epoch bigint, p_from bigint, p_to bigint)
    RETURNS void
    LANGUAGE sql
    SET search_path = canvas, public, pg_temp
AS $$
    INSERT INTO week_hours (from_seq, hour)
    SELECT min(e.seq) - 1, e.hour
      FROM (SELECT l.seq,
                   floor(date_part('epoch', max(l.created_at)
                                            OVER (ORDER BY l.seq)) / 3600)
                       AS hour
              FROM pixel_events l
             WHERE l.epoch = p_epoch
               AND l.seq > p_from
               AND l.seq <= p_to) AS e
     WHERE e.hour > coalesce((SELECT max(w.hour) FROM week_hours w), -1)
     GROUP BY e.hour
$$;

COMMENT ON FUNCTION week_hours_add(bigint, bigint, bigint) IS
    'Notes which hours begin in a stretch of an epoch, behind all noted ones';

REVOKE ALL ON FUNCTION week_hours_add(bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_hours_add(bigint, bigint, bigint)
    TO canvas_service;
