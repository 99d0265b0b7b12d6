-- SECURITY DEFINER: see import_stage.  With indexes like those of the log the
-- table is attached in no time; an index is built faster than it is kept.
CREATE OR REPLACE FUNCTION import_index(p_ms bigint)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = canvas, pg_temp
    SET maintenance_work_mem = '512MB'
AS $$
DECLARE
    v_suffix  CONSTANT text := (import_week(p_ms)).suffix;
    v_parent  CONSTANT oid := 'canvas.pixel_events'::regclass;
    v_table   CONSTANT text := 'pixel_import_' || v_suffix;
    v_key     text;
    v_index   text;
BEGIN
    -- rows of a week that is there already go into its partition
    IF to_regclass('canvas.pixel_events_' || v_suffix) IS NULL THEN
        FOR v_index IN
            SELECT regexp_replace(pg_get_indexdef(indexrelid),
                                  ' INDEX \S+ ON (ONLY )?\S+ ',
                                  ' INDEX ON pixel_import ')
              FROM pg_index
             WHERE indrelid = v_parent AND NOT indisprimary
        LOOP
            EXECUTE v_index;
        END LOOP;

        SELECT pg_get_constraintdef(oid) INTO STRICT v_key
          FROM pg_constraint
         WHERE conrelid = v_parent AND contype = 'p';
        EXECUTE 'ALTER TABLE pixel_import ADD ' || v_key;
    END IF;

    EXECUTE format('ALTER TABLE pixel_import RENAME TO %I', v_table);
END
$$;

COMMENT ON FUNCTION import_index(bigint) IS
    'Closes pixel_import, which holds all events of its week now: indexes,
and the name pixel_import_<week>';

REVOKE ALL ON FUNCTION import_index(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_index(bigint) TO canvas_service;
