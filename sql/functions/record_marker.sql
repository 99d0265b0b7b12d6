CREATE OR REPLACE FUNCTION record_marker(
    p_epoch bigint, p_seq bigint, p_reason text, p_ms bigint, p_json json)
    RETURNS text
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_at    CONSTANT timestamptz :=
        timestamptz 'epoch' + p_ms * interval '1 millisecond';
    v_done  recorder_progress;
    v_num   jsonb;
BEGIN
    SELECT * INTO STRICT v_done FROM recorder_progress FOR UPDATE;

    IF p_epoch <= v_done.epoch THEN
        RETURN CASE WHEN EXISTS (SELECT FROM canvas_epochs
                                  WHERE epoch = p_epoch
                                    AND base_seq = p_seq
                                    AND reason = p_reason
                                    AND started_at = v_at)
                    THEN 'known' ELSE 'conflict' END;
    END IF;

    -- Another canvas than the one of this log: somebody began anew in Redis.
    IF p_reason = 'init' AND EXISTS (SELECT FROM canvas_epochs) THEN
        RETURN 'conflict';
    END IF;

    -- Redis came back from before the turn: this is no part of the week.
    IF p_reason = 'restart' AND json_typeof(p_json) = 'object'
       AND p_json->>'first_epoch' ~ '^[0-9]{1,16}$'
       AND page_turned((p_json->>'first_epoch')::bigint)
    THEN
        RETURN 'turned';
    END IF;

    -- Only whole numbers of the object are of interest.
    SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO v_num
      FROM json_each_text(CASE WHEN json_typeof(p_json) = 'object'
                               THEN p_json ELSE '{}' END)
     WHERE value ~ '^[0-9]{1,6}$';

    PERFORM record_epoch(p_epoch, p_seq, p_reason, v_at,
                         (v_num->>'week_number')::integer,
                         (v_num->>'year')::integer);

    IF p_reason IN ('init', 'restore') THEN
        UPDATE current_canvas
           SET width = (v_num->>'width')::integer,
               height = (v_num->>'height')::integer,
               background = coalesce((v_num->>'background')::integer,
                                     background)
         WHERE (v_num->>'width')::integer BETWEEN 1 AND 65535
           AND (v_num->>'height')::integer BETWEEN 1 AND 65535
           AND coalesce((v_num->>'background')::integer, 0)
               < cardinality(palette);
    END IF;

    PERFORM ensure_partitions(now(), now() + interval '14 days');

    UPDATE recorder_progress
       SET epoch = p_epoch, seq = p_seq, updated_at = now(),
           counted_epoch = p_epoch, counted_seq = p_seq;

    RETURN 'recorded';
END
$$;

COMMENT ON FUNCTION record_marker(bigint, bigint, text, bigint, json) IS
    'Records the marker that begins an epoch: recorded, known (seen before),
conflict (this is not how the recorded log goes on: Redis must be restored) or
turned (so must it, the page that came back was turned since)';

REVOKE ALL ON FUNCTION record_marker(bigint, bigint, text, bigint, json)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_marker(bigint, bigint, text, bigint, json)
    TO canvas_service;
