CREATE OR REPLACE FUNCTION page_factions()
    RETURNS text[]
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN next_week_epoch() IS NULL THEN c.factions
                ELSE (SELECT rules_factions(r.rules)
                        FROM rotations r
                       WHERE r.step IN ('chosen', 'turned', 'drained')) END
      FROM current_canvas c);
END
$$;

COMMENT ON FUNCTION page_factions() IS
    'The factions of the last week that the log has begun: what faction 1, 2,
3 ... of its events are.  NULL: it has none';

REVOKE ALL ON FUNCTION page_factions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION page_factions() TO canvas_service;
