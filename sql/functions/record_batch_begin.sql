CREATE OR REPLACE FUNCTION record_batch_begin(
    p_epoch bigint, p_first_seq bigint, p_ms bigint,
    OUT epoch bigint, OUT seq bigint)
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    c_ms_max  CONSTANT bigint := 253402300799000;
BEGIN
    SELECT p.epoch, p.seq INTO STRICT epoch, seq
      FROM recorder_progress p
       FOR UPDATE;

    IF (p_epoch, p_first_seq) > (epoch, seq)
       AND NOT EXISTS (SELECT FROM canvas_epochs e WHERE e.epoch = p_epoch)
    THEN
        PERFORM record_epoch(p_epoch, p_first_seq - 1, 'found',
                             timestamptz 'epoch' + least(p_ms, c_ms_max)
                                                   * interval '1 ms',
                             NULL, NULL);
    END IF;

    PERFORM ensure_partitions(now(), now() + interval '14 days')
      WHERE to_regclass(to_char((now() + interval '14 days')
                                    AT TIME ZONE 'UTC',
                                '"canvas.pixel_events_"IYYY"w"IW')) IS NULL;
END
$$;

COMMENT ON FUNCTION record_batch_begin(bigint, bigint, bigint) IS
    'Begins a batch, all of one epoch, with the position and the time of its
first event.  Locks the progress until the transaction ends, and returns it';

REVOKE ALL ON FUNCTION record_batch_begin(bigint, bigint, bigint)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_batch_begin(bigint, bigint, bigint)
    TO canvas_service;
