-- From one hour to the next in the order of the log, which the key has: sorted
-- or read by any other index, the week would be gone through once an hour.
CREATE OR REPLACE FUNCTION week_hours_add(
    p_epoch bigint, p_from bigint, p_to bigint)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET enable_sort = off
AS $$
DECLARE
    v_from  bigint := p_from;
    v_hour  integer;
BEGIN
    SELECT coalesce(max(hour), -1) INTO v_hour FROM week_hours;

    LOOP
        SELECT e.seq, floor(date_part('epoch', e.created_at) / 3600)
          INTO v_from, v_hour
          FROM pixel_events e
         WHERE e.epoch = p_epoch
           AND e.seq > v_from
           AND e.seq <= p_to
           AND e.created_at >= to_timestamp((v_hour + 1) * 3600.0)
         ORDER BY e.seq
         LIMIT 1;

        EXIT WHEN NOT FOUND;

        INSERT INTO week_hours (from_seq, hour) VALUES (v_from - 1, v_hour);
    END LOOP;
END
$$;

COMMENT ON FUNCTION week_hours_add(bigint, bigint, bigint) IS
    'Notes which hours begin in a stretch of an epoch, behind all noted ones';

REVOKE ALL ON FUNCTION week_hours_add(bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_hours_add(bigint, bigint, bigint)
    TO canvas_service;
