-- Read with the rights of its owner: profiles are not public, this much is.
CREATE OR REPLACE VIEW v_faction_standings AS
SELECT f.number, f.id, coalesce(t.pixels, 0) AS pixels,
       coalesce(m.members, 0) AS members,
       coalesce(t.territory, 0) AS territory
  FROM current_canvas c
 CROSS JOIN LATERAL unnest(c.factions) WITH ORDINALITY AS f (id, number)
  LEFT JOIN faction_tallies t ON t.faction = f.number
  LEFT JOIN (SELECT a.faction, count(*) AS members
               FROM (SELECT faction FROM user_profiles
                      UNION ALL
                     SELECT faction FROM agent_tallies) AS a
              WHERE a.faction IS NOT NULL
              GROUP BY a.faction) AS m ON m.faction = f.number;

COMMENT ON VIEW v_faction_standings IS
    'Pixels of the factions of the running week, how many actors placed for
them, each counted where it placed last, and how much of the canvas is theirs';
