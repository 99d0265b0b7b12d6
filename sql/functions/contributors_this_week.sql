CREATE OR REPLACE VIEW contributors_this_week WITH (security_invoker = true)
AS
SELECT p.user_id AS actor_id,
       CASE WHEN u.is_guest THEN 'g' ELSE 'u' END AS kind,
       p.pixels_this_week AS pixels
  FROM user_profiles p
  JOIN users u ON u.id = p.user_id
 WHERE p.pixels_this_week > 0
 UNION ALL
SELECT s.agent_id, 'a', s.pixels_placed
  FROM weekly_agent_stats s
 WHERE s.archive_id IS NULL
   AND s.pixels_placed > 0;

COMMENT ON VIEW contributors_this_week IS
    'Who placed how many pixels in the running week';
COMMENT ON COLUMN contributors_this_week.kind IS 'u user, g guest, a agent';
