-- Read with the rights of its owner: votes are secret, their number is not.
CREATE OR REPLACE VIEW mode_standings AS
SELECT m.id, m.slug, m.name, m.weight, m.display_order,
       (SELECT count(*)
          FROM votes v
          LEFT JOIN users u ON u.id = v.user_id
         WHERE v.kind = 'mode' AND v.archive_id IS NULL
           AND v.game_mode_id = m.id
           AND u.is_banned IS NOT TRUE) AS votes
  FROM fresh_modes m;

COMMENT ON VIEW mode_standings IS
    'What may be elected for the next week, with its votes; those of the banned
do not count';
