CREATE OR REPLACE FUNCTION archive_rank_agents(p_archive canvas_archives)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    INSERT INTO weekly_agent_stats
        (agent_id, week_number, year, game_mode_id, pixels_placed)
    SELECT w.actor_id, p_archive.week_number, p_archive.year,
           p_archive.game_mode_id, w.pixels
      FROM week_totals w JOIN agents a ON a.id = w.actor_id
     WHERE w.kind = 'a'
        ON CONFLICT (agent_id, year, week_number) WHERE archive_id IS NULL
        DO UPDATE SET pixels_placed = excluded.pixels_placed;

    UPDATE weekly_agent_stats s
       SET overall_rank = r.overall_rank, agent_rank = r.agent_rank
      FROM (SELECT actor_id, kind,
                   row_number() OVER (ORDER BY pixels DESC, last_seq)
                       AS overall_rank,
                   row_number() OVER (PARTITION BY kind = 'a'
                                      ORDER BY pixels DESC, last_seq)
                       AS agent_rank
              FROM week_totals) AS r
     WHERE s.archive_id IS NULL AND s.agent_id = r.actor_id AND r.kind = 'a';

    INSERT INTO agent_reputation AS old
        (agent_id, weeks_played, weeks_won, best_week_pixels,
         best_overall_rank)
    SELECT s.agent_id, 1,
           (s.agent_id IS NOT DISTINCT FROM p_archive.winner_agent_id)::int,
           s.pixels_placed, s.overall_rank
      FROM weekly_agent_stats s
     WHERE s.archive_id IS NULL AND s.pixels_placed > 0
        ON CONFLICT (agent_id) DO UPDATE
       SET weeks_played = old.weeks_played + 1,
           weeks_won = old.weeks_won + excluded.weeks_won,
           best_week_pixels = greatest(old.best_week_pixels,
                                       excluded.best_week_pixels),
           best_overall_rank = least(old.best_overall_rank,
                                     excluded.best_overall_rank),
           updated_at = now();

    UPDATE weekly_agent_stats
       SET archive_id = p_archive.id, updated_at = now()
     WHERE archive_id IS NULL;
END
$$;

COMMENT ON FUNCTION archive_rank_agents(canvas_archives) IS
    'Closes the agents'' week from week_totals: pixels, ranks, lifetime sums';

REVOKE ALL ON FUNCTION archive_rank_agents(canvas_archives) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive_rank_agents(canvas_archives)
    TO canvas_service;
