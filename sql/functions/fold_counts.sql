CREATE OR REPLACE FUNCTION fold_counts(
    p_epoch bigint, p_seq bigint, p_limit bigint DEFAULT NULL)
    RETURNS TABLE (to_epoch bigint, to_seq bigint, kind text,
                   member text, pixels bigint)
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
        SELECT e.user_id, e.agent_id, e.faction, count(*) AS pixels
          FROM log_ranges(v_epoch, v_seq, fold_counts.to_epoch + 1) r
          JOIN pixel_events e ON e.epoch = r.epoch
                             AND e.seq > r.from_seq
                             AND e.seq <= least(r.to_seq,
                                              fold_counts.to_seq)
         WHERE num_nonnulls(e.user_id, e.agent_id) = 1
         GROUP BY e.user_id, e.agent_id, e.faction
    ), members AS (
        SELECT CASE WHEN a.agent_id IS NOT NULL THEN 'a'
                    WHEN u.is_guest IS FALSE THEN 'u'
                    ELSE 'g' END AS kind,
               coalesce(a.user_id, a.agent_id)::text AS member,
               sum(a.pixels)::bigint AS pixels
          FROM actors a LEFT JOIN users u ON u.id = a.user_id
         GROUP BY a.user_id, a.agent_id, u.is_guest
         UNION ALL
        SELECT 'f', f.name, sum(a.pixels)::bigint
          FROM actors a
          JOIN unnest(page_factions()) WITH ORDINALITY AS f (name, n)
               ON f.n = a.faction
         GROUP BY f.name
    )
    SELECT fold_counts.to_epoch, fold_counts.to_seq, m.kind, m.member,
           m.pixels
      FROM (VALUES (1)) AS one LEFT JOIN members m ON true;
END
$$;

COMMENT ON FUNCTION fold_counts(bigint, bigint, bigint) IS
    'Pixels by actor, and by faction (kind f, member its name), of the page
that Redis shows, behind a position and up to (to_epoch, to_seq): what is
recorded, or about p_limit events of it.  One row at least, with member NULL
when nobody placed; none: nothing is behind it';

REVOKE ALL ON FUNCTION fold_counts(bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fold_counts(bigint, bigint, bigint)
    TO canvas_service;
