-- SECURITY DEFINER: the table becomes a partition, so the owner of the log
-- has to own it.  It is made here, in the transaction that fills it, without
-- indexes and row-level security, so that COPY does so at full speed.  Its
-- rows are frozen: there is nothing to vacuum before it is part of the log.
CREATE OR REPLACE FUNCTION import_stage(p_import integer, p_part integer)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = canvas, pg_temp
AS $$
DECLARE
    v_table  CONSTANT text := import_table(p_import, p_part);
BEGIN
    -- import_clear waits until no such transaction is left
    PERFORM pg_advisory_xact_lock_shared(hashtext('canvas:import:part'));

    EXECUTE format('CREATE TABLE %I (LIKE pixel_events INCLUDING DEFAULTS '
                   'INCLUDING CONSTRAINTS) WITH (autovacuum_enabled = off)',
                   v_table);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO canvas_service', v_table);
END
$$;

COMMENT ON FUNCTION import_stage(integer, integer) IS
    'Makes the table of one part (1, 2, 3 ...) of an import, which is named by
the process id of the session that will make it a week';

REVOKE ALL ON FUNCTION import_stage(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_stage(integer, integer) TO canvas_service;
