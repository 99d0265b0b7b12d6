CREATE OR REPLACE FUNCTION api_archive(p_id uuid)
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT json_build_object(
                   'id', a.id,
                   'week_number', a.week_number,
                   'year', a.year,
                   'started_at', rfc3339(a.started_at),
                   'ended_at', rfc3339(a.ended_at),
                   'image_url', a.image_url,
                   'thumbnail_url', a.thumbnail_url,
                   'heatmap_url', a.heatmap_url,
                   'video_url', a.video_url,
                   'width', a.width,
                   'height', a.height,
                   'palette', a.palette,
                   'total_pixels_placed', a.total_pixels_placed,
                   'unique_contributors', a.unique_contributors,
                   'game_mode_id', m.slug,
                   'game_modes', archive_mode_json(m),
                   'winner_user_id', a.winner_user_id,
                   'winner_username', u.username,
                   'winner_agent_id', a.winner_agent_id,
                   'winner_agent_name', g.name,
                   'winner_faction_id', a.winner_faction_id,
                   'stats', a.stats)
          FROM canvas_archives a
          JOIN game_modes m ON m.id = a.game_mode_id
          LEFT JOIN users u ON u.id = a.winner_user_id
          LEFT JOIN agents g ON g.id = a.winner_agent_id
         WHERE a.id = p_id);
END
$$;

COMMENT ON FUNCTION api_archive(uuid) IS
    'GET /api/archives/:id: one archive with mode, winners and statistics;
NULL when there is none';

REVOKE ALL ON FUNCTION api_archive(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_archive(uuid) TO canvas_web, canvas_service;
