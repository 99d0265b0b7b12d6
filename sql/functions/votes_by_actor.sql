CREATE OR REPLACE VIEW votes_by_actor WITH (security_invoker = true) AS
SELECT coalesce(a.user_id, a.agent_id) AS actor_id, sum(a.votes) AS votes
  FROM artwork_standings a
 WHERE a.archive_id IS NULL
 GROUP BY coalesce(a.user_id, a.agent_id);

COMMENT ON VIEW votes_by_actor IS
    'Votes on the works of the running week, by their authors: what a score
counts as votes';
