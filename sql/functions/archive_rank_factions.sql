CREATE OR REPLACE FUNCTION archive_rank_factions(
    p_archive canvas_archives, p_factions text[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    INSERT INTO weekly_faction_stats
        (archive_id, faction_id, week_number, year, game_mode_id, members,
         pixels_placed, pixels_overwritten, pixels_survived,
         largest_territory_size, final_territory_size, collaborations_count,
         unique_collaborators, score, faction_rank)
    SELECT p_archive.id, f.name, p_archive.week_number, p_archive.year,
           p_archive.game_mode_id, f.members, f.pixels, f.overwritten,
           f.pixels - f.overwritten, f.largest, f.final, f.collaborations,
           f.partners, f.score, f.faction_rank
      FROM week_faction_standings(p_archive.game_mode_id, p_factions) AS f;
END
$$;

COMMENT ON FUNCTION archive_rank_factions(canvas_archives, text[]) IS
    'The week of factions, from week_factions';

REVOKE ALL ON FUNCTION archive_rank_factions(canvas_archives, text[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive_rank_factions(canvas_archives, text[])
    TO canvas_service;
