-- SECURITY DEFINER: see import_stage.
CREATE OR REPLACE FUNCTION import_clear()
    RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = canvas, pg_temp
AS $$
DECLARE
    v_stage  text;
    v_made   integer := 0;
BEGIN
    -- the helper's lock: while another session holds it, an import runs
    IF NOT pg_try_advisory_xact_lock(hashtext('canvas:import')) THEN
        RETURN 0;
    END IF;

    -- a server process outlives the helper that was killed, for a while
    PERFORM pg_advisory_xact_lock(hashtext('canvas:import:part'));

    FOR v_stage IN
        SELECT relname FROM pg_class
         WHERE relnamespace = 'canvas'::regnamespace AND relkind = 'r'
           AND relname ~ '^pixel_import_[0-9]+_[0-9]+$'
    LOOP
        EXECUTE format('DROP TABLE %I', v_stage);
        v_made := v_made + 1;
    END LOOP;

    RETURN v_made;
END
$$;

COMMENT ON FUNCTION import_clear() IS
    'Drops what an import that was killed had staged; returns how many tables.
While an import runs, only its own session drops any';

REVOKE ALL ON FUNCTION import_clear() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_clear() TO canvas_service;
