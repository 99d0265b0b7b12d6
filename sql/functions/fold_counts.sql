CREATE OR REPLACE FUNCTION fold_counts(
    p_epoch bigint, p_seq bigint, p_limit bigint DEFAULT NULL)
    RETURNS TABLE (to_epoch bigint, to_seq bigint, kind text,
                   actor_id uuid, pixels bigint)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    c_max    CONSTANT bigint := 9007199254740991;
    v_epoch  bigint := p_epoch;
    v_seq    bigint := p_seq;
BEGIN
    -- Where the page that Redis shows began.
    SELECT e.epoch, e.base_seq INTO v_epoch, v_seq
      FROM canvas_epochs e
     WHERE e.reason IN ('init', 'rotate')
       AND (e.epoch, e.base_seq) > (p_epoch, p_seq)
     ORDER BY e.epoch DESC
     LIMIT 1;

    IF NOT FOUND THEN
        v_epoch := p_epoch;
        v_seq := p_seq;
    END IF;

    SELECT p.epoch, p.seq INTO STRICT to_epoch, to_seq
      FROM recorder_progress p;

    IF (to_epoch, to_seq) <= (p_epoch, p_seq) THEN
        RETURN;
    END IF;

    -- seq rises by 1 through all epochs, so that it counts the events.
    IF to_seq > v_seq + p_limit THEN
        SELECT r.epoch, v_seq + p_limit INTO STRICT to_epoch, to_seq
          FROM log_ranges(v_epoch, v_seq, c_max) r
         WHERE r.from_seq < v_seq + p_limit
         ORDER BY r.epoch DESC
         LIMIT 1;
    END IF;

    RETURN QUERY
    WITH actors AS (
        SELECT e.user_id, e.agent_id, count(*) AS pixels
          FROM log_ranges(v_epoch, v_seq, fold_counts.to_epoch + 1) r
          JOIN pixel_events e ON e.epoch = r.epoch
                             AND e.seq > r.from_seq
                             AND e.seq <= least(r.to_seq,
                                              fold_counts.to_seq)
         GROUP BY e.user_id, e.agent_id
    )
    SELECT fold_counts.to_epoch, fold_counts.to_seq,
           CASE WHEN a.agent_id IS NOT NULL THEN 'a'
                WHEN u.is_guest IS FALSE THEN 'u'
                WHEN a.user_id IS NOT NULL THEN 'g' END,
           coalesce(a.user_id, a.agent_id), a.pixels
      FROM (VALUES (1)) AS one
      LEFT JOIN actors a ON true
      LEFT JOIN users u ON u.id = a.user_id;
END
$$;

COMMENT ON FUNCTION fold_counts(bigint, bigint, bigint) IS
    'Pixels by actor of the page that Redis shows, behind a position and up to
(to_epoch, to_seq): what is recorded, or about p_limit events of it.  One row
at least, with actor_id NULL when nobody placed; none: nothing is behind it';

REVOKE ALL ON FUNCTION fold_counts(bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fold_counts(bigint, bigint, bigint)
    TO canvas_service;
