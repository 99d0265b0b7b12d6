-- The position in decay_progress moves over what needs no fading any more: it
-- was painted again, or faded, and that is recorded.  So whatever Redis loses,
-- or whoever is killed, what did not fade is found again.
CREATE OR REPLACE FUNCTION decay_due(
    p_horizon timestamptz, p_limit integer)
    RETURNS TABLE (epoch bigint, seq bigint, color integer, pixels bytea,
                   to_epoch bigint, to_seq bigint, more boolean)
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
    SET jit = off
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    c_max    CONSTANT bigint := 9007199254740991;
    v_left   bigint := p_limit;
    v_at     record;
    v_found  record;
    v_range  record;
    v_young  bigint;
BEGIN
    IF p_horizon IS NULL THEN
        RETURN;
    END IF;

    v_at := decay_begin();
    to_epoch := v_at.epoch;
    to_seq := v_at.seq;
    pixels := '';

    SELECT p.epoch, p.seq INTO STRICT epoch, seq FROM recorder_progress p;
    SELECT (c.rules->>'decayToColor')::integer INTO STRICT color
      FROM current_canvas c;

    FOR v_range IN
        SELECT * FROM log_ranges(v_at.epoch, v_at.seq, c_max) AS r
         ORDER BY r.epoch
    LOOP
        to_epoch := v_range.epoch;
        to_seq := least(v_range.to_seq, v_range.from_seq + v_left,
                        CASE WHEN v_range.epoch = epoch THEN seq END);

        -- seq rises by 1: so many of them are so many events at most
        SELECT min(e.seq) INTO v_young
          FROM pixel_events e
         WHERE e.epoch = v_range.epoch
           AND e.seq > v_range.from_seq
           AND e.seq <= decay_due.to_seq
           AND e.created_at > p_horizon;

        to_seq := least(to_seq, v_young - 1);
        v_found := decay_pixels(v_range.epoch, v_range.from_seq, to_seq,
                                color);

        IF pixels = '' THEN
            v_at.epoch := to_epoch;
            v_at.seq := coalesce(v_found.first_seq - 1, to_seq);
        END IF;

        pixels := pixels || coalesce(v_found.pixels, '');
        v_left := v_left - greatest(to_seq - v_range.from_seq, 0);
        EXIT WHEN v_left <= 0 OR v_young IS NOT NULL;
    END LOOP;

    more := v_left <= 0;
    PERFORM decay_passed(v_at.epoch, v_at.seq);

    RETURN NEXT;
END
$$;

COMMENT ON FUNCTION decay_due(timestamptz, integer) IS
    'Which pixels fade: among the next p_limit events of the running week, up
to the horizon and (to_epoch, to_seq), those that nobody painted again up to
(epoch, seq), what is recorded.  more: there may be others.  NULL: no row';

REVOKE ALL ON FUNCTION decay_due(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION decay_due(timestamptz, integer) TO canvas_service;
