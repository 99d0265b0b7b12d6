CREATE OR REPLACE FUNCTION api_archives(p_page integer, p_limit integer)
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_page   CONSTANT bigint := coalesce(p_page, 1);
    v_limit  CONSTANT bigint := coalesce(p_limit, 12);
    v_total  bigint;
    v_list   json;
BEGIN
    IF v_page < 1 OR v_limit NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'page is 1 or more, limit 1 to 1000'
            USING ERRCODE = '22023';
    END IF;

    SELECT count(*) INTO v_total FROM canvas_archives;

    SELECT json_agg(json_build_object(
               'id', a.id,
               'week_number', a.week_number,
               'year', a.year,
               'started_at', rfc3339(a.started_at),
               'ended_at', rfc3339(a.ended_at),
               'image_url', a.image_url,
               'thumbnail_url', a.thumbnail_url,
               'heatmap_url', a.heatmap_url,
               'video_url', a.video_url,
               'total_pixels_placed', a.total_pixels_placed,
               'unique_contributors', a.unique_contributors,
               'game_mode_id', m.slug,
               'game_modes', archive_mode_json(m))
               ORDER BY a.year DESC, a.week_number DESC, a.ended_at DESC)
      INTO v_list
      FROM (SELECT * FROM canvas_archives
             ORDER BY year DESC, week_number DESC, ended_at DESC
             LIMIT v_limit OFFSET (v_page - 1) * v_limit) AS a
      JOIN game_modes m ON m.id = a.game_mode_id;

    RETURN json_build_object(
        'archives', coalesce(v_list, '[]'),
        'pagination', json_build_object(
            'page', v_page,
            'limit', v_limit,
            'total', v_total,
            'totalPages', (v_total + v_limit - 1) / v_limit));
END
$$;

COMMENT ON FUNCTION api_archives(integer, integer) IS
    'GET /api/archives (seed 002), newest week first';

REVOKE ALL ON FUNCTION api_archives(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_archives(integer, integer)
    TO canvas_web, canvas_service;
