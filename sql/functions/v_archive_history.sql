CREATE OR REPLACE VIEW v_archive_history WITH (security_invoker = true)
AS
SELECT a.id,
       a.week_number,
       a.year,
       a.started_at,
       a.ended_at,
       a.total_pixels_placed,
       a.unique_contributors,
       a.stats,
       a.image_url,
       a.thumbnail_url,
       a.video_url,
       m.slug AS game_mode_slug,
       m.name AS game_mode_name,
       m.description AS game_mode_description,
       m.icon AS game_mode_icon,
       m.difficulty AS game_mode_difficulty,
       a.winner_user_id,
       u.username AS winner_username,
       a.winner_agent_id,
       g.name AS winner_agent_name,
       a.winner_faction_id
  FROM canvas_archives a
  JOIN game_modes m ON m.id = a.game_mode_id
  LEFT JOIN users u ON u.id = a.winner_user_id
  LEFT JOIN agents g ON g.id = a.winner_agent_id
 ORDER BY a.year DESC, a.week_number DESC, a.ended_at DESC;

COMMENT ON VIEW v_archive_history IS
    'Closed weeks with their mode and winners, newest first (seed 001)';
