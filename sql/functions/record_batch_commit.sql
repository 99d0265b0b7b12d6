CREATE OR REPLACE FUNCTION record_batch_commit(p_epoch bigint, p_seq bigint)
    RETURNS void
    LANGUAGE sql
    SET search_path = canvas, public, pg_temp
AS $$
    UPDATE recorder_progress
       SET epoch = p_epoch, seq = p_seq, updated_at = now()
     WHERE (epoch, seq) < (p_epoch, p_seq)
$$;

COMMENT ON FUNCTION record_batch_commit(bigint, bigint) IS
    'Ends a batch: its events are in pixel_events, or refused, up to and
including this position';

REVOKE ALL ON FUNCTION record_batch_commit(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_batch_commit(bigint, bigint)
    TO canvas_service;
