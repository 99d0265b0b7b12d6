CREATE OR REPLACE FUNCTION week_spans(
    p_week current_canvas, p_before_epoch bigint)
    RETURNS TABLE (epoch bigint, from_seq bigint, to_seq bigint,
                   fresh boolean, started_us bigint)
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
    SELECT s.epoch, s.from_seq, greatest(s.from_seq, s.to_seq),
           s.fresh AND lag(s.epoch) OVER (ORDER BY s.epoch) IS NOT NULL,
           s.started_us
      FROM (SELECT e.epoch,
                   greatest(e.base_seq,
                            CASE WHEN e.epoch = (p_week).start_epoch
                                 THEN (p_week).start_seq END) AS from_seq,
                   coalesce(min(e.base_seq) OVER later, 9007199254740991)
                       AS to_seq,
                   e.reason IN ('init', 'rotate', 'reset') AS fresh,
                   (extract(epoch FROM e.started_at) * 1000000)::bigint
                       AS started_us
              FROM canvas_epochs e
            WINDOW later AS (ORDER BY e.epoch
                             ROWS BETWEEN 1 FOLLOWING
                                  AND UNBOUNDED FOLLOWING)) AS s
     WHERE s.epoch >= (p_week).start_epoch
       AND s.epoch < p_before_epoch
     ORDER BY s.epoch
$$;

COMMENT ON FUNCTION week_spans(current_canvas, bigint) IS
    'The lives of the canvas in a week that ends before an epoch, those without
an event too: from_seq < seq <= to_seq; fresh: it was emptied in the week';

REVOKE ALL ON FUNCTION week_spans(current_canvas, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_spans(current_canvas, bigint)
    TO canvas_service;
