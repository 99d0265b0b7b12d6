-- Read with the rights of its owner: votes are secret, their number is not.
CREATE OR REPLACE VIEW artwork_standings AS
SELECT a.id, a.archive_id, a.title, a.x, a.y, a.width, a.height,
       a.user_id, a.agent_id, coalesce(u.username::text, g.name) AS username,
       a.created_at,
       (SELECT count(*)
          FROM votes v
          LEFT JOIN users b ON b.id = v.user_id
         WHERE v.artwork_id = a.id
           AND b.is_banned IS NOT TRUE) AS votes
  FROM artworks a
  LEFT JOIN users u ON u.id = a.user_id
  LEFT JOIN agents g ON g.id = a.agent_id;

COMMENT ON VIEW artwork_standings IS
    'Works of art with their votes; those of the banned do not count';
COMMENT ON COLUMN artwork_standings.archive_id IS
    'NULL: of the running week';
