CREATE OR REPLACE FUNCTION archive_media(p_id uuid, p_kind text, p_url text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    UPDATE canvas_archives
       SET image_url = CASE WHEN p_kind = 'image'
                            THEN p_url ELSE image_url END,
           thumbnail_url = CASE WHEN p_kind = 'thumbnail'
                                THEN p_url ELSE thumbnail_url END,
           heatmap_url = CASE WHEN p_kind = 'heatmap'
                              THEN p_url ELSE heatmap_url END,
           video_url = CASE WHEN p_kind = 'video'
                            THEN p_url ELSE video_url END
     WHERE id = p_id;

    IF NOT FOUND
       OR p_kind NOT IN ('image', 'thumbnail', 'heatmap', 'video')
    THEN
        RAISE EXCEPTION 'no archive % or no kind %', p_id, p_kind
            USING ERRCODE = '22023';
    END IF;
END
$$;

COMMENT ON FUNCTION archive_media(uuid, text, text) IS
    'Notes where a picture or the film of an archive can be fetched';

REVOKE ALL ON FUNCTION archive_media(uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive_media(uuid, text, text) TO canvas_service;
