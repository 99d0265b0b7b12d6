-- SECURITY DEFINER: see import_stage.  With indexes like those of the log the
-- table is attached in no time; an index is built faster than it is kept.
-- Other parts are built at the same time, so each build is one process.  What
-- is sorted in little memory stays in a core's cache, which is faster than
-- all at once; the key is in order already.
CREATE OR REPLACE FUNCTION import_index(
    p_import integer, p_part integer, p_from_ms bigint, p_to_ms bigint)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = canvas, pg_temp
    SET timezone = 'UTC'
    SET maintenance_work_mem = '4MB'
    SET max_parallel_maintenance_workers = 0
AS $$
DECLARE
    c_ms      CONSTANT interval := interval '1 millisecond';
    v_parent  CONSTANT oid := 'canvas.pixel_events'::regclass;
    v_table   CONSTANT text := import_table(p_import, p_part);
    v_key     text;
    v_index   text;
BEGIN
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT pixel_import_part '
                   'CHECK (created_at >= %L AND created_at < %L)', v_table,
                   timestamptz 'epoch' + p_from_ms * c_ms,
                   timestamptz 'epoch' + p_to_ms * c_ms);

    -- rows of a week that is there already go into its partition
    IF to_regclass('canvas.pixel_events_' || (import_week(p_from_ms)).suffix)
       IS NOT NULL
    THEN
        RETURN;
    END IF;

    FOR v_index IN
        SELECT regexp_replace(pg_get_indexdef(indexrelid),
                              ' INDEX \S+ ON (ONLY )?\S+ ',
                              format(' INDEX ON %I ', v_table))
               -- no entries are alike, and few will come between them
               || CASE a.amname WHEN 'btree'
                       THEN ' WITH (deduplicate_items = off, fillfactor = 100)'
                       ELSE '' END
          FROM pg_index
          JOIN pg_class c ON c.oid = indexrelid
          JOIN pg_am a ON a.oid = c.relam
         WHERE indrelid = v_parent AND NOT indisprimary
    LOOP
        EXECUTE v_index;
    END LOOP;

    SELECT pg_get_constraintdef(oid) INTO STRICT v_key
      FROM pg_constraint
     WHERE conrelid = v_parent AND contype = 'p';
    SET LOCAL maintenance_work_mem = '256MB';
    EXECUTE format('ALTER TABLE %I ADD %s WITH (fillfactor = 100)', v_table,
                   v_key);
END
$$;

COMMENT ON FUNCTION import_index(integer, integer, bigint, bigint) IS
    'Closes a part of an import, which holds all events from one Unix time in
milliseconds up to another, both of one week: indexes';

REVOKE ALL ON FUNCTION import_index(integer, integer, bigint, bigint)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_index(integer, integer, bigint, bigint)
    TO canvas_service;
