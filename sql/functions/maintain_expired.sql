CREATE OR REPLACE FUNCTION maintain_expired(
    p_days integer, p_import_days integer)
    RETURNS TABLE (partition text)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, pg_temp
    SET timezone = 'UTC'
AS $$
BEGIN
    RETURN QUERY
    SELECT c.relname::text
      FROM pg_inherits i
      JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'canvas.pixel_events'::regclass
       AND p_days > 0
       AND substring(pg_get_expr(c.relpartbound, c.oid)
                     FROM 'TO \(''([^'']+)''\)')::timestamptz
           <= now() - p_days * interval '1 day'
       AND NOT maintain_needed(c.relname::text, p_import_days)
     ORDER BY c.relname;
END
$$;

COMMENT ON FUNCTION maintain_expired(integer, integer) IS
    'Partitions of the log that ended p_days ago (0: never) and that no week
needs any more';

REVOKE ALL ON FUNCTION maintain_expired(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintain_expired(integer, integer)
    TO canvas_service;
