CREATE OR REPLACE FUNCTION log_ranges(
    p_after_epoch bigint, p_after_seq bigint, p_before_epoch bigint)
    RETURNS TABLE (epoch bigint, from_seq bigint, to_seq bigint)
    LANGUAGE sql STABLE
AS $$
    SELECT r.epoch, r.from_seq, r.to_seq
      FROM (SELECT e.epoch,
                   greatest(e.base_seq,
                            CASE WHEN e.epoch = p_after_epoch
                                 THEN p_after_seq END) AS from_seq,
                   coalesce(min(e.base_seq) OVER later, 9007199254740991)
                       AS to_seq
              FROM canvas_epochs e
            WINDOW later AS (ORDER BY e.epoch
                             ROWS BETWEEN 1 FOLLOWING
                                  AND UNBOUNDED FOLLOWING)) AS r
     WHERE r.epoch >= p_after_epoch
       AND r.epoch < p_before_epoch
       AND r.from_seq < r.to_seq
     UNION ALL
    SELECT i.epoch, greatest(p_after_seq, 0), i.events
      FROM canvas_imports i
     WHERE i.epoch = p_after_epoch
       AND i.epoch < p_before_epoch
       AND i.events > p_after_seq
$$;

COMMENT ON FUNCTION log_ranges(bigint, bigint, bigint) IS
    'Which seqs of which epoch count: from_seq < seq <= to_seq, behind a
position and before an epoch.  What a later epoch began without is left out.
An imported week is found from its own epoch alone';

REVOKE ALL ON FUNCTION log_ranges(bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_ranges(bigint, bigint, bigint)
    TO canvas_service;
