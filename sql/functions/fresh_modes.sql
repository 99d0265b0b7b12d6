CREATE OR REPLACE VIEW fresh_modes WITH (security_invoker = true) AS
SELECT m.*
  FROM game_modes m
 WHERE m.is_active
   AND m.id NOT IN (SELECT c.current_game_mode_id FROM current_canvas c
                     UNION ALL
                    (SELECT a.game_mode_id FROM canvas_archives a
                      WHERE NOT EXISTS (SELECT FROM canvas_imports i
                                         WHERE i.archive_id = a.id)
                      ORDER BY a.ended_at DESC, a.created_at DESC LIMIT 3));

COMMENT ON VIEW fresh_modes IS
    'Active modes that were not played in the last four weeks, of which the
running one is the first and imported ones are none: what the next week may be
drawn or elected from';
