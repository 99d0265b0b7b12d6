-- SECURITY DEFINER: see maintain_ahead.
CREATE OR REPLACE FUNCTION maintain_default()
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = canvas, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    v_week  timestamptz;
    v_year  integer;
    v_rows  bigint;
BEGIN
    PERFORM FROM recorder_progress FOR UPDATE;

    SELECT date_trunc('week', created_at) INTO v_week
      FROM pixel_events_default LIMIT 1;

    IF v_week IS NOT NULL THEN
        SELECT count(*) INTO v_rows FROM pixel_events_default
         WHERE created_at >= v_week
           AND created_at < v_week + interval '7 days';

        PERFORM ensure_partition(
            'pixel_events', to_char(v_week, 'IYYY"w"IW'),
            format('created_at >= %L AND created_at < %L',
                   v_week, v_week + interval '7 days'),
            format('FOR VALUES FROM (%L) TO (%L)',
                   v_week, v_week + interval '7 days'));
        RETURN v_rows;
    END IF;

    SELECT year INTO v_year FROM weekly_agent_stats_default LIMIT 1;

    IF v_year IS NOT NULL THEN
        SELECT count(*) INTO v_rows FROM weekly_agent_stats_default
         WHERE year = v_year;

        PERFORM ensure_partition('weekly_agent_stats', v_year::text,
                                 format('year = %s', v_year),
                                 format('FOR VALUES IN (%s)', v_year));
    END IF;

    RETURN coalesce(v_rows, 0);
END
$$;

COMMENT ON FUNCTION maintain_default() IS
    'Moves the rows of one week, or of one year of statistics, out of a default
partition into one of their own; returns how many, 0: there are none';

REVOKE ALL ON FUNCTION maintain_default() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintain_default() TO canvas_service;
