CREATE OR REPLACE FUNCTION export_ranges(p_archive uuid, p_live boolean)
    RETURNS TABLE (epoch bigint, from_seq bigint, to_seq bigint)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    IF p_archive IS NOT NULL THEN
        RETURN QUERY SELECT * FROM archive_ranges(p_archive);

    ELSIF p_live THEN
        RETURN QUERY
        SELECT r.*
          FROM current_canvas c,
               log_ranges(c.start_epoch, c.start_seq,
                          coalesce(next_week_epoch(), 9007199254740991)) AS r;

    ELSE
        RETURN QUERY SELECT * FROM log_ranges(0, 0, 9007199254740991);
    END IF;
END
$$;

COMMENT ON FUNCTION export_ranges(uuid, boolean) IS
    'What export-events writes: an archive, the running week, or all that was
recorded';

REVOKE ALL ON FUNCTION export_ranges(uuid, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION export_ranges(uuid, boolean) TO canvas_service;
