CREATE OR REPLACE FUNCTION archive_ranges(p_archive uuid)
    RETURNS TABLE (epoch bigint, from_seq bigint, to_seq bigint)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    -- Closed by hand: the last epoch goes on in the week that follows.
    RETURN QUERY
    SELECT r.epoch, r.from_seq,
           CASE WHEN r.epoch = a.closing_epoch
                THEN least(r.to_seq, a.last_seq) ELSE r.to_seq END
      FROM canvas_archives a,
           LATERAL (SELECT coalesce(max(b.last_seq), 0) AS seq
                      FROM canvas_archives b
                     WHERE b.id <> a.id
                       AND coalesce(b.new_epoch, b.closing_epoch)
                           = a.first_epoch
                       AND b.last_seq <= a.last_seq) AS before,
           log_ranges(a.first_epoch, before.seq, a.closing_epoch + 1) AS r
     WHERE a.id = p_archive
       AND r.from_seq < a.last_seq;
END
$$;

COMMENT ON FUNCTION archive_ranges(uuid) IS
    'Which seqs of which epoch an archived or imported week is made of:
from_seq < seq <= to_seq; no row: no such archive, or nothing was placed';

REVOKE ALL ON FUNCTION archive_ranges(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive_ranges(uuid) TO canvas_service;
