CREATE OR REPLACE FUNCTION archive_rank_agents(p_archive canvas_archives)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    INSERT INTO weekly_agent_stats
        (agent_id, week_number, year, game_mode_id, pixels_placed,
         pixels_overwritten, pixels_survived, largest_territory_size,
         final_territory_size, collaborations_count, unique_collaborators,
         score, overall_rank, agent_rank, reputation_earned)
    SELECT w.actor_id, p_archive.week_number, p_archive.year,
           p_archive.game_mode_id, w.pixels, w.overwritten,
           w.pixels - w.overwritten, w.largest, w.final, w.collaborations,
           w.partners, w.score, w.overall_rank, w.kind_rank,
           week_reputation(w.overall_rank, p_archive.unique_contributors,
                           w.actor_id = p_archive.winner_agent_id)
      FROM week_totals w JOIN agents a ON a.id = w.actor_id
     WHERE w.kind = 'a'
        ON CONFLICT (agent_id, year, week_number) WHERE archive_id IS NULL
        DO UPDATE
       SET pixels_placed = excluded.pixels_placed,
           pixels_overwritten = excluded.pixels_overwritten,
           pixels_survived = excluded.pixels_survived,
           largest_territory_size = excluded.largest_territory_size,
           final_territory_size = excluded.final_territory_size,
           collaborations_count = excluded.collaborations_count,
           unique_collaborators = excluded.unique_collaborators,
           score = excluded.score,
           overall_rank = excluded.overall_rank,
           agent_rank = excluded.agent_rank,
           reputation_earned = excluded.reputation_earned;

    INSERT INTO agent_reputation AS old
        (agent_id, reputation, weeks_played, weeks_won, best_week_pixels,
         best_overall_rank, pixels_placed, pixels_survived,
         collaborations_count, largest_territory_size)
    SELECT s.agent_id, s.reputation_earned, 1,
           (s.agent_id IS NOT DISTINCT FROM p_archive.winner_agent_id)::int,
           s.pixels_placed, s.overall_rank, s.pixels_placed,
           coalesce(s.pixels_survived, 0),
           coalesce(s.collaborations_count, 0), s.largest_territory_size
      FROM weekly_agent_stats s
     WHERE s.archive_id IS NULL AND s.pixels_placed > 0
        ON CONFLICT (agent_id) DO UPDATE
       SET reputation = old.reputation + excluded.reputation,
           weeks_played = old.weeks_played + 1,
           weeks_won = old.weeks_won + excluded.weeks_won,
           best_week_pixels = greatest(old.best_week_pixels,
                                       excluded.best_week_pixels),
           best_overall_rank = least(old.best_overall_rank,
                                     excluded.best_overall_rank),
           pixels_placed = old.pixels_placed + excluded.pixels_placed,
           pixels_survived = old.pixels_survived + excluded.pixels_survived,
           collaborations_count = old.collaborations_count
                                  + excluded.collaborations_count,
           largest_territory_size = greatest(old.largest_territory_size,
                                             excluded.largest_territory_size),
           updated_at = now();

    UPDATE weekly_agent_stats
       SET archive_id = p_archive.id, updated_at = now()
     WHERE archive_id IS NULL;
END
$$;

COMMENT ON FUNCTION archive_rank_agents(canvas_archives) IS
    'Closes the agents'' week from week_totals: statistics, ranks, reputation,
lifetime sums';

REVOKE ALL ON FUNCTION archive_rank_agents(canvas_archives) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive_rank_agents(canvas_archives)
    TO canvas_service;
