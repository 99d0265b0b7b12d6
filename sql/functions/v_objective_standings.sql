-- Read with the rights of its owner: profiles are not public, this much is.
CREATE OR REPLACE VIEW v_objective_standings AS
SELECT w.id AS weekly_objective_id, t.user_id, t.agent_id,
       tally_value(t.tally, w.metric) AS value
  FROM weekly_objectives w
  JOIN (SELECT p.user_id, NULL::uuid AS agent_id, profile_tally(p) AS tally,
               'agent' AS not_for
          FROM user_profiles p
         WHERE p.hour >= 0
         UNION ALL
        SELECT NULL, a.agent_id, agent_tally(a), 'user'
          FROM agent_tallies a) AS t ON t.not_for <> w.scope
 WHERE w.archive_id IS NULL
   AND tally_value(t.tally, w.metric) > 0;

COMMENT ON VIEW v_objective_standings IS
    'How far everybody is with the objectives of the running week that are
counted as events come';
