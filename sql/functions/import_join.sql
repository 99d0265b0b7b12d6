-- For import_attach alone, which runs as the owner of the log.
CREATE OR REPLACE FUNCTION import_join(
    p_name text, p_import integer, p_parts integer[], p_bounds timestamptz[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    v_several  CONSTANT boolean := cardinality(p_parts) > 1;
    v_stage    text;
    v_part     text := p_name;
BEGIN
    IF v_several THEN
        EXECUTE format('CREATE TABLE %I (LIKE pixel_events INCLUDING DEFAULTS '
                       'INCLUDING CONSTRAINTS INCLUDING INDEXES) '
                       'PARTITION BY RANGE (created_at)', p_name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', p_name);
    END IF;

    FOR i IN 1 .. cardinality(p_parts) LOOP
        v_stage := import_table(p_import, p_parts[i]);
        -- REVOKE locks no table: behind a lock that keeps ANALYZE out, which
        -- would wait for our row of pg_class, and we for its table
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', v_stage);
        EXECUTE format('ALTER TABLE %I RESET (autovacuum_enabled)', v_stage);
        EXECUTE format('REVOKE ALL ON %I FROM canvas_service', v_stage);

        IF v_several THEN
            v_part := p_name || '_' || i;
        END IF;

        EXECUTE format('ALTER TABLE %I RENAME TO %I', v_stage, v_part);

        -- its constraint says as much, so nothing is read
        IF v_several THEN
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I '
                           'FOR VALUES FROM (%L) TO (%L)', p_name, v_part,
                           p_bounds[i], p_bounds[i + 1]);
        END IF;
    END LOOP;
END
$$;

COMMENT ON FUNCTION import_join(text, integer, integer[], timestamptz[]) IS
    'Makes the staged parts of one week one table, not yet of the log: a part
alone is renamed, several become partitions of it (name_1, name_2 ...) that
begin and end at p_bounds';

REVOKE ALL ON FUNCTION import_join(text, integer, integer[], timestamptz[])
    FROM PUBLIC;
