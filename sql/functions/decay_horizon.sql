CREATE OR REPLACE FUNCTION decay_horizon(p_now timestamptz)
    RETURNS timestamptz
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN (
    SELECT h.at
      FROM current_canvas c, decay_progress d,
           LATERAL (SELECT p_now - (c.rules->>'decayHours')::numeric
                                   * interval '1 hour' AS at) AS h
     WHERE h.at >= d.since
       AND next_week_epoch() IS NULL);
END
$$;

COMMENT ON FUNCTION decay_horizon(timestamptz) IS
    'What was placed then or before fades now; NULL: nothing does, by the
rules of the running week or because the next one has begun';

REVOKE ALL ON FUNCTION decay_horizon(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION decay_horizon(timestamptz) TO canvas_service;
