CREATE OR REPLACE FUNCTION week_rank(p_scoring jsonb)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    UPDATE week_totals w
       SET score = r.score, overall_rank = r.overall_rank,
           kind_rank = r.kind_rank
      FROM (SELECT s.*,
                   rank() OVER (ORDER BY s.score DESC) AS overall_rank,
                   rank() OVER (PARTITION BY s.kind = 'a'
                                ORDER BY s.score DESC) AS kind_rank
              FROM (SELECT t.actor_id, t.kind,
                           week_score(p_scoring, t.pixels, t.largest,
                                      t.collaborations, v.votes::bigint)
                               AS score
                      FROM week_totals t
                      LEFT JOIN votes_by_actor v USING (actor_id)) AS s) AS r
     WHERE w.actor_id = r.actor_id AND w.kind = r.kind;
END
$$;

COMMENT ON FUNCTION week_rank(jsonb) IS
    'Scores and ranks the actors of week_totals by the scoring rules of a
mode.  Equal scores share a rank: 1, 1, 3';

REVOKE ALL ON FUNCTION week_rank(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_rank(jsonb) TO canvas_service;
