CREATE OR REPLACE FUNCTION week_ranges()
    RETURNS TABLE (epoch bigint, from_seq bigint, to_seq bigint)
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
    SELECT r.epoch, r.from_seq, r.to_seq
      FROM current_canvas c,
           log_ranges(c.start_epoch, c.start_seq,
                      coalesce(next_week_epoch(), 9007199254740991)) r
$$;

COMMENT ON FUNCTION week_ranges() IS
    'Which seqs of which epoch the running week is made of';

REVOKE ALL ON FUNCTION week_ranges() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_ranges() TO canvas_service;
