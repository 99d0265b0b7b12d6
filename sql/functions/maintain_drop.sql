-- SECURITY DEFINER: see maintain_ahead.  DETACH ... CONCURRENTLY is not for
-- tables with a default partition, so this locks the log for the moment that
-- it takes; the caller bounds with lock_timeout how long others queue for it.
CREATE OR REPLACE FUNCTION maintain_drop(
    p_partition text, p_days integer, p_import_days integer)
    RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = canvas, pg_temp
AS $$
BEGIN
    -- What recorder and imports write, and which week runs, stands still.
    PERFORM FROM recorder_progress FOR UPDATE;

    IF NOT EXISTS (SELECT FROM maintain_expired(p_days, p_import_days) AS m
                    WHERE m.partition = p_partition)
    THEN
        RETURN false;
    END IF;

    EXECUTE format('DROP TABLE %I', p_partition);
    RETURN true;
END
$$;

COMMENT ON FUNCTION maintain_drop(text, integer, integer) IS
    'Drops a partition that maintain_expired names; false: it does not, or not
any more';

REVOKE ALL ON FUNCTION maintain_drop(text, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintain_drop(text, integer, integer)
    TO canvas_service;
