CREATE OR REPLACE FUNCTION decay_begin(OUT epoch bigint, OUT seq bigint)
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    SELECT d.epoch, d.seq INTO STRICT epoch, seq
      FROM decay_progress d
       FOR UPDATE;

    -- What was there before a fresh page, or a reset of it, is gone.
    SELECT p.epoch, p.seq INTO STRICT epoch, seq
      FROM (SELECT decay_begin.epoch, decay_begin.seq
             UNION ALL
            SELECT c.start_epoch, c.start_seq FROM current_canvas c
             UNION ALL
            (SELECT e.epoch, e.base_seq
               FROM canvas_epochs e
              WHERE e.reason IN ('init', 'rotate', 'reset')
              ORDER BY e.epoch DESC LIMIT 1)) AS p (epoch, seq)
     ORDER BY p.epoch DESC, p.seq DESC
     LIMIT 1;
END
$$;

COMMENT ON FUNCTION decay_begin() IS
    'The position behind which there may be something left to fade; locks
decay_progress';

REVOKE ALL ON FUNCTION decay_begin() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION decay_begin() TO canvas_service;
