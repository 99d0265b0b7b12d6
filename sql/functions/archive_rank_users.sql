CREATE OR REPLACE FUNCTION archive_rank_users(p_archive canvas_archives)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    INSERT INTO weekly_user_stats
        (archive_id, user_id, week_number, year, game_mode_id, pixels_placed,
         pixels_overwritten, pixels_survived, largest_territory_size,
         final_territory_size, collaborations_count, unique_collaborators,
         score, overall_rank, user_rank)
    SELECT p_archive.id, w.actor_id, p_archive.week_number, p_archive.year,
           p_archive.game_mode_id, w.pixels, w.overwritten,
           w.pixels - w.overwritten, w.largest, w.final, w.collaborations,
           w.partners, w.score, w.overall_rank, w.kind_rank
      FROM week_totals w JOIN users u ON u.id = w.actor_id
     WHERE w.kind <> 'a';
END
$$;

COMMENT ON FUNCTION archive_rank_users(canvas_archives) IS
    'The week of users and guests, from week_totals';

REVOKE ALL ON FUNCTION archive_rank_users(canvas_archives) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive_rank_users(canvas_archives)
    TO canvas_service;
