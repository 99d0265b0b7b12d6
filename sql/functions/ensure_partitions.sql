-- SECURITY DEFINER, the only one: a partition can be added by the owner of
-- the table alone, and the recorder is not.  Names and bounds come from times.
CREATE OR REPLACE FUNCTION ensure_partitions(
    p_from timestamptz, p_to timestamptz)
    RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = canvas, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    v_week  timestamptz := date_trunc('week', p_from);
    v_year  integer;
    v_made  integer := 0;
BEGIN
    IF p_from IS NULL OR p_to IS NULL OR p_to - p_from > interval '10 years'
    THEN
        RAISE EXCEPTION 'at most 10 years of partitions at once'
            USING ERRCODE = '22023';
    END IF;

    WHILE v_week <= p_to LOOP
        v_made := v_made + ensure_partition(
            'pixel_events', to_char(v_week, 'IYYY"w"IW'),
            format('created_at >= %L AND created_at < %L',
                   v_week, v_week + interval '7 days'),
            format('FOR VALUES FROM (%L) TO (%L)',
                   v_week, v_week + interval '7 days'));
        v_week := v_week + interval '7 days';
    END LOOP;

    FOR v_year IN extract(isoyear FROM p_from)
               .. extract(isoyear FROM p_to + interval '7 days')
    LOOP
        v_made := v_made + ensure_partition(
            'weekly_agent_stats', v_year::text,
            format('year = %s', v_year),
            format('FOR VALUES IN (%s)', v_year));
    END LOOP;

    RETURN v_made;
END
$$;

COMMENT ON FUNCTION ensure_partitions(timestamptz, timestamptz) IS
    'Makes the partitions for a span of time; returns how many were missing';

REVOKE ALL ON FUNCTION ensure_partitions(timestamptz, timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_partitions(timestamptz, timestamptz)
    TO canvas_service;
