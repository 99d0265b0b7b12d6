-- SECURITY DEFINER, like the other maintain_ functions: partitions are the
-- owner's, and what is run here is not the caller's choice.
CREATE OR REPLACE FUNCTION maintain_ahead(p_weeks integer)
    RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = canvas, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    v_year  CONSTANT integer := extract(isoyear FROM now())::integer + 1;
BEGIN
    IF p_weeks IS NULL OR p_weeks NOT BETWEEN 0 AND 52 THEN
        RAISE EXCEPTION 'from 0 to 52 weeks ahead' USING ERRCODE = '22023';
    END IF;

    -- The recorder makes partitions too, and holds this while it does.
    PERFORM FROM recorder_progress FOR UPDATE;

    RETURN ensure_partitions(now(), now() + p_weeks * interval '7 days')
           + ensure_partition('weekly_agent_stats', v_year::text,
                              format('year = %s', v_year),
                              format('FOR VALUES IN (%s)', v_year));
END
$$;

COMMENT ON FUNCTION maintain_ahead(integer) IS
    'Makes the partitions of so many weeks to come, and of the next year;
returns how many were missing';

REVOKE ALL ON FUNCTION maintain_ahead(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintain_ahead(integer) TO canvas_service;
