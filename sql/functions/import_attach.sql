-- SECURITY DEFINER: see import_stage.  To be called last: from here to the
-- end of the transaction readers of the log wait.
CREATE OR REPLACE FUNCTION import_attach(p_import integer, p_parts bigint[])
    RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = canvas, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    v_week  record;
    v_leaf  text;
    v_made  integer := 0;
BEGIN
    -- The recorder makes partitions too, and holds this while it does.
    PERFORM FROM recorder_progress FOR UPDATE;

    FOR v_week IN
        SELECT 'pixel_events_' || suffix AS name, week_from, week_to,
               array_agg(part ORDER BY part) AS parts,
               array_agg(at_from ORDER BY part) AS bounds
          FROM import_parts(p_parts)
         GROUP BY suffix, week_from, week_to
         ORDER BY week_from
    LOOP
        IF to_regclass('canvas.' || v_week.name) IS NOT NULL THEN
            PERFORM import_insert(import_table(p_import, part))
               FROM unnest(v_week.parts) AS part;
            CONTINUE;
        END IF;

        PERFORM import_join(v_week.name, p_import, v_week.parts,
                            v_week.bounds || v_week.week_to);
        EXECUTE format('WITH moved AS (DELETE FROM pixel_events_default '
                       'WHERE created_at >= %L AND created_at < %L '
                       'RETURNING *) INSERT INTO %I SELECT * FROM moved',
                       v_week.week_from, v_week.week_to, v_week.name);
        EXECUTE format('ALTER TABLE pixel_events ATTACH PARTITION %I '
                       'FOR VALUES FROM (%L) TO (%L)', v_week.name,
                       v_week.week_from, v_week.week_to);
        v_made := v_made + 1;

        -- the bounds say it now
        FOR v_leaf IN SELECT relid FROM pg_partition_tree(v_week.name::regclass)
                       WHERE isleaf
        LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT '
                           'pixel_import_part', v_leaf);
        END LOOP;
    END LOOP;

    RETURN v_made;
END
$$;

COMMENT ON FUNCTION import_attach(integer, bigint[]) IS
    'Makes the staged parts of an import (see import_parts) part of the log;
returns how many weeks became partitions of their own';

REVOKE ALL ON FUNCTION import_attach(integer, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_attach(integer, bigint[]) TO canvas_service;
