-- What the tests share: the recorder's part, played with plain inserts.

CREATE FUNCTION public.actor(p_name text) RETURNS uuid
    LANGUAGE sql IMMUTABLE
RETURN md5(p_name)::uuid;

COMMENT ON FUNCTION public.actor(text) IS 'A UUID that a test can name';

CREATE FUNCTION public.batch_begin() RETURNS void
    LANGUAGE plpgsql
    SET client_min_messages = warning
AS $$
BEGIN
    CREATE TEMPORARY TABLE IF NOT EXISTS record_batch AS
    SELECT epoch, seq, x, y, color, old_color, user_id, agent_id, session_id,
           created_at, faction
      FROM canvas.pixel_events LIMIT 0;

    DELETE FROM record_batch;
END
$$;

COMMENT ON FUNCTION public.batch_begin() IS 'An empty batch, to be staged';

CREATE FUNCTION public.batch_commit(p_epoch bigint, p_seq bigint)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    v_first  record;
    v_n      bigint;
BEGIN
    DELETE FROM record_batch b USING recorder_progress p
     WHERE (b.epoch, b.seq) <= (p.epoch, p.seq);

    SELECT * INTO v_first FROM record_batch ORDER BY epoch, seq LIMIT 1;

    IF FOUND THEN
        PERFORM record_batch_begin(v_first.epoch, v_first.seq,
            (extract(epoch FROM v_first.created_at) * 1000)::bigint);
    END IF;

    INSERT INTO pixel_events (epoch, seq, x, y, color, old_color, user_id,
                              agent_id, session_id, created_at, faction)
    SELECT * FROM record_batch;
    GET DIAGNOSTICS v_n = ROW_COUNT;

    PERFORM record_batch_commit(p_epoch, p_seq);
    PERFORM record_count();

    RETURN v_n;
END
$$;

COMMENT ON FUNCTION public.batch_commit(bigint, bigint) IS
    'Records what was staged as the recorder does, and counts it; returns how
many events were new';

-- plpgsql: record_batch is there only once batch_begin() has run
CREATE FUNCTION public.stage(
    p_epoch bigint, p_from bigint, p_to bigint,
    p_user text DEFAULT NULL, p_agent text DEFAULT NULL,
    p_at timestamptz DEFAULT '2026-01-27 12:00:00+00')
    RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO record_batch
    SELECT p_epoch, seq, seq % 500, seq / 500 % 500, seq % 16, 15,
           actor(p_user), actor(p_agent), NULL,
           p_at + seq * interval '1 millisecond', NULL
      FROM generate_series(p_from, p_to) AS seq;
END
$$;

COMMENT ON FUNCTION public.stage(bigint, bigint, bigint, text, text,
                                 timestamptz) IS
    'Adds events of one actor to the batch: pixel seq, colour seq % 16';

CREATE FUNCTION public.put(
    p_epoch bigint, p_from bigint, p_to bigint,
    p_user text DEFAULT NULL, p_agent text DEFAULT NULL,
    p_at timestamptz DEFAULT '2026-01-27 12:00:00+00')
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM batch_begin();
    PERFORM stage(p_epoch, p_from, p_to, p_user, p_agent, p_at);
    RETURN batch_commit(p_epoch, p_to);
END
$$;

COMMENT ON FUNCTION public.put(bigint, bigint, bigint, text, text,
                               timestamptz) IS
    'A whole batch of one actor';

CREATE FUNCTION public.mark(
    p_epoch bigint, p_seq bigint, p_reason text, p_json json DEFAULT '{}')
    RETURNS text
    LANGUAGE sql
AS $$
    SELECT record_marker(p_epoch, p_seq, p_reason,
                         1769500000000 + p_epoch, p_json)
$$;

COMMENT ON FUNCTION public.mark(bigint, bigint, text, json) IS
    'A marker; its clock follows from the epoch';

CREATE FUNCTION public.image() RETURNS text
    LANGUAGE sql STABLE
AS $$
    SELECT encode(decode(repeat('ff', width * height / 2), 'hex'), 'base64')
      FROM canvas.current_canvas
$$;

COMMENT ON FUNCTION public.image() IS
    'A canvas of the right size, all background';

CREATE FUNCTION public.weekly() RETURNS TABLE (total bigint, actors integer)
    LANGUAGE sql STABLE
AS $$
    SELECT total_pixels_this_week, unique_contributors_this_week
      FROM canvas.current_canvas
$$;

COMMENT ON FUNCTION public.weekly() IS 'The running counters of the week';
