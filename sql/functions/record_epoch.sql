CREATE OR REPLACE FUNCTION record_epoch(
    p_epoch bigint, p_base_seq bigint, p_reason text,
    p_started_at timestamptz, p_week_number integer, p_year integer)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_week  current_canvas;
    v_last  canvas_epochs;
    v_lost  bigint;
BEGIN
    PERFORM record_count();

    SELECT * INTO STRICT v_week FROM current_canvas FOR UPDATE;

    SELECT * INTO v_last
      FROM canvas_epochs
     WHERE archive_id IS NULL
     ORDER BY epoch DESC
     LIMIT 1;

    INSERT INTO canvas_epochs
        (epoch, base_seq, reason, week_number, year, started_at)
    VALUES (p_epoch, p_base_seq, p_reason,
            coalesce(p_week_number, v_last.week_number, v_week.week_number),
            coalesce(p_year, v_last.year, v_week.year),
            p_started_at);

    v_lost := record_lost(p_epoch, p_base_seq, v_week.start_epoch,
                          v_week.start_seq);

    IF v_lost > 0 THEN
        PERFORM record_uncount(p_epoch);
        PERFORM decay_restart();
    END IF;

    -- One of a week that waits for its predecessor's archive is not counted.
    IF p_reason = 'reset' AND coalesce(p_epoch < next_week_epoch(), true) THEN
        PERFORM factions_vacate();
    END IF;

    RETURN v_lost;
END
$$;

COMMENT ON FUNCTION record_epoch(bigint, bigint, text, timestamptz, integer,
                                 integer) IS
    'Begins an epoch of the log; entries of the running week that it began
without go to pixel_events_lost.  Returns how many these were';

REVOKE ALL ON FUNCTION record_epoch(bigint, bigint, text, timestamptz,
                                    integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_epoch(bigint, bigint, text, timestamptz,
                                       integer, integer) TO canvas_service;
