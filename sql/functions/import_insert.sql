-- For import_attach alone, which runs as the owner of the log.
CREATE OR REPLACE FUNCTION import_insert(p_stage text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, pg_temp
AS $$
BEGIN
    EXECUTE format('INSERT INTO pixel_events SELECT * FROM %I', p_stage);
    EXECUTE format('DROP TABLE %I', p_stage);
END
$$;

COMMENT ON FUNCTION import_insert(text) IS
    'Moves the events of a staged table into partitions that are there';

REVOKE ALL ON FUNCTION import_insert(text) FROM PUBLIC;
