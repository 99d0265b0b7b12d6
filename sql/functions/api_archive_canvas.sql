CREATE OR REPLACE FUNCTION api_archive_canvas(p_id uuid)
    RETURNS bytea
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT CASE WHEN a.canvas_data_compressed IS NOT NULL
               THEN stored_canvas('gzip', a.width, a.height, a.closing_epoch,
                                  a.last_seq, a.palette,
                                  a.canvas_data_compressed)
               ELSE stored_canvas('packed', a.width, a.height, a.closing_epoch,
                                  a.last_seq, a.palette,
                                  decode(a.canvas_data, 'base64'))
               END
          FROM canvas_archives a
         WHERE a.id = p_id);
END
$$;

COMMENT ON FUNCTION api_archive_canvas(uuid) IS
    'GET /api/archives/:id/canvas and image.png: the canvas a week ended with,
as stored_canvas(); NULL when there is none';

REVOKE ALL ON FUNCTION api_archive_canvas(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_archive_canvas(uuid)
    TO canvas_web, canvas_service;
