CREATE OR REPLACE FUNCTION media_lacking(p_archive uuid, p_video boolean)
    RETURNS TABLE (id uuid, kind text, side integer)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT a.id, k.kind, greatest(a.width, a.height)
          FROM canvas_archives a
         CROSS JOIN LATERAL (VALUES (1, 'image', a.image_url),
                                    (2, 'thumbnail', a.thumbnail_url),
                                    (3, 'heatmap', a.heatmap_url),
                                    (4, 'video', a.video_url))
               AS k (place, kind, url)
         WHERE k.url IS NULL
           AND (p_video OR k.kind <> 'video')
           AND (a.id = p_archive
                OR (p_archive IS NULL
                    AND a.created_at > now() - interval '4 weeks'
                    AND NOT EXISTS (SELECT FROM canvas_imports i
                                     WHERE i.archive_id = a.id)))
         ORDER BY a.created_at DESC, a.id, k.place;
END
$$;

COMMENT ON FUNCTION media_lacking(uuid, boolean) IS
    'Pictures and films that are not made yet: of one archive, or (NULL) of
the weeks that ended in the last four, imports excepted';

REVOKE ALL ON FUNCTION media_lacking(uuid, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION media_lacking(uuid, boolean) TO canvas_service;
