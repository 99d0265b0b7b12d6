CREATE OR REPLACE VIEW v_current_week_leaderboard
    WITH (security_invoker = true)
AS
SELECT s.agent_id,
       a.name AS agent_name,
       a.display_name,
       a.avatar_url,
       s.pixels_placed,
       s.largest_territory_size,
       s.overall_rank,
       m.name AS game_mode_name,
       c.week_number,
       c.year
  FROM weekly_agent_stats s
  JOIN agents a ON a.id = s.agent_id
  JOIN current_canvas c USING (week_number, year)
  LEFT JOIN game_modes m ON m.id = s.game_mode_id
 WHERE a.is_active
   AND s.archive_id IS NULL
 ORDER BY s.pixels_placed DESC;

COMMENT ON VIEW v_current_week_leaderboard IS
    'Active agents of the running week, most pixels first (seed 001)';
