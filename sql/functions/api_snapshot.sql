-- The palette is that of the week that a snapshot was taken in.
CREATE OR REPLACE FUNCTION api_snapshot(p_id bigint)
    RETURNS bytea
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT stored_canvas('gzip', s.width, s.height, s.epoch, s.seq,
                             coalesce((SELECT a.palette
                                         FROM canvas_archives a
                                        WHERE s.epoch BETWEEN a.first_epoch
                                                          AND a.closing_epoch
                                        ORDER BY a.closing_epoch
                                        LIMIT 1), c.palette),
                             s.canvas_data)
          FROM canvas_snapshots s, current_canvas c
         WHERE s.id = p_id);
END
$$;

COMMENT ON FUNCTION api_snapshot(bigint) IS
    'GET /api/v1/timelapse/snapshot/:id: as stored_canvas(); NULL when there is
none';

REVOKE ALL ON FUNCTION api_snapshot(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_snapshot(bigint) TO canvas_web, canvas_service;
