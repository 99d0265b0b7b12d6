-- SECURITY DEFINER: see import_stage.  To be called last: from here to the
-- end of the transaction readers of the log wait.
CREATE OR REPLACE FUNCTION import_attach()
    RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = canvas, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    v_stage  text;
    v_week   record;
    v_name   text;
    v_made   integer := 0;
BEGIN
    -- The recorder makes partitions too, and holds this while it does.
    PERFORM FROM recorder_progress FOR UPDATE;

    FOR v_stage IN
        SELECT relname FROM pg_class
         WHERE relnamespace = 'canvas'::regnamespace AND relkind = 'r'
           AND relname ~ '^pixel_import_[0-9]+w[0-9]{2}$'
         ORDER BY relname
    LOOP
        EXECUTE format('SELECT w.* FROM (SELECT created_at AS at FROM %I '
                       'LIMIT 1) AS e, import_week((extract(epoch FROM e.at) '
                       '* 1000)::bigint) AS w', v_stage) INTO v_week;
        v_name := 'pixel_events_' || v_week.suffix;

        IF to_regclass('canvas.' || v_name) IS NOT NULL THEN
            EXECUTE format('INSERT INTO pixel_events SELECT * FROM %I',
                           v_stage);
            EXECUTE format('DROP TABLE %I', v_stage);
            CONTINUE;
        END IF;

        EXECUTE format('WITH moved AS (DELETE FROM pixel_events_default '
                       'WHERE created_at >= %L AND created_at < %L '
                       'RETURNING *) INSERT INTO %I SELECT * FROM moved',
                       v_week.first_at, v_week.end_at, v_stage);
        EXECUTE format('REVOKE ALL ON %I FROM canvas_service', v_stage);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', v_stage);
        EXECUTE format('ALTER TABLE %I RENAME TO %I', v_stage, v_name);
        EXECUTE format('ALTER TABLE pixel_events ATTACH PARTITION %I '
                       'FOR VALUES FROM (%L) TO (%L)', v_name,
                       v_week.first_at, v_week.end_at);
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT pixel_import_week',
                       v_name);
        v_made := v_made + 1;
    END LOOP;

    RETURN v_made;
END
$$;

COMMENT ON FUNCTION import_attach() IS
    'Makes the tables pixel_import_<week> part of the log; returns how many
became partitions of their own';

REVOKE ALL ON FUNCTION import_attach() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_attach() TO canvas_service;
