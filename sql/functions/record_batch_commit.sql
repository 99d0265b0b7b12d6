CREATE OR REPLACE FUNCTION record_batch_commit(p_epoch bigint, p_seq bigint)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_done    recorder_progress;
    v_found   record;
    v_next    bigint;
    v_events  bigint;
BEGIN
    SELECT * INTO STRICT v_done FROM recorder_progress FOR UPDATE;

    IF (p_epoch, p_seq) <= (v_done.epoch, v_done.seq) THEN
        RETURN 0;
    END IF;

    DELETE FROM record_batch
     WHERE (epoch, seq) <= (v_done.epoch, v_done.seq);

    IF EXISTS (SELECT FROM record_batch WHERE (epoch, seq) > (p_epoch, p_seq))
    THEN
        RAISE EXCEPTION 'batch goes beyond %-%', p_epoch, p_seq
            USING ERRCODE = '22023';
    END IF;

    FOR v_found IN
        SELECT b.epoch, min(b.seq) - 1 AS base_seq, min(b.created_at) AS at
          FROM record_batch b
         WHERE NOT EXISTS (SELECT FROM canvas_epochs e
                            WHERE e.epoch = b.epoch)
         GROUP BY b.epoch
         ORDER BY b.epoch
    LOOP
        PERFORM record_epoch(v_found.epoch, v_found.base_seq, 'found',
                             v_found.at, NULL, NULL);
    END LOOP;

    PERFORM ensure_partitions(now(), now() + interval '14 days')
      WHERE to_regclass(to_char((now() + interval '14 days')
                                    AT TIME ZONE 'UTC',
                                '"canvas.pixel_events_"IYYY"w"IW')) IS NULL;

    INSERT INTO pixel_events (epoch, seq, x, y, color, old_color, user_id,
                              agent_id, session_id, created_at)
    SELECT epoch, seq, x, y, color, old_color, user_id,
           agent_id, session_id, created_at
      FROM record_batch;
    GET DIAGNOSTICS v_events = ROW_COUNT;

    IF v_events > 0 THEN
        v_next := next_week_epoch();
        PERFORM record_count(coalesce(p_epoch < v_next, true));
    END IF;

    UPDATE recorder_progress
       SET epoch = p_epoch, seq = p_seq, updated_at = now();

    RETURN v_events;
END
$$;

COMMENT ON FUNCTION record_batch_commit(bigint, bigint) IS
    'Records what was copied into record_batch, up to and including a
position: log, counters, progress.  Returns the number of new events';

REVOKE ALL ON FUNCTION record_batch_commit(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_batch_commit(bigint, bigint)
    TO canvas_service;
