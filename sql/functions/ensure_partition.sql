CREATE OR REPLACE FUNCTION ensure_partition(
    p_parent text, p_suffix text, p_condition text, p_bounds text)
    RETURNS integer
    LANGUAGE plpgsql
    SET search_path = canvas, pg_temp
AS $$
DECLARE
    v_name     CONSTANT text := p_parent || '_' || p_suffix;
    v_default  CONSTANT text := p_parent || '_default';
BEGIN
    IF to_regclass(format('canvas.%I', v_name)) IS NOT NULL THEN
        RETURN 0;
    END IF;

    -- Attached, not created in place: that would lock out every reader.
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS '
                   'INCLUDING CONSTRAINTS)', v_name, p_parent);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', v_name);

    -- What fell into the default partition moves to where it belongs.
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %s RETURNING *) '
                   'INSERT INTO %I SELECT * FROM moved',
                   v_default, p_condition, v_name);

    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I %s',
                   p_parent, v_name, p_bounds);
    RETURN 1;
END
$$;

COMMENT ON FUNCTION ensure_partition(text, text, text, text) IS
    'Adds one partition if it is missing: its name, rows and bounds; for
ensure_partitions alone, the texts are run as they are';

REVOKE ALL ON FUNCTION ensure_partition(text, text, text, text) FROM PUBLIC;
