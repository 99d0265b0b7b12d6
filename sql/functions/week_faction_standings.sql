CREATE OR REPLACE FUNCTION week_faction_standings(
    p_mode uuid, p_factions text[])
    RETURNS TABLE (name text, members integer, pixels bigint, last_seq bigint,
                   overwritten bigint, largest integer, final integer,
                   collaborations bigint, partners integer, score numeric,
                   faction_rank integer)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT s.*, (rank() OVER (ORDER BY s.score DESC))::integer
      FROM (SELECT coalesce(p_factions[f.faction], f.faction::text),
                   f.members, f.pixels, f.last_seq, f.overwritten, f.largest,
                   f.final, f.collaborations, f.partners,
                   week_score(m.scoring_rules, f.pixels, f.largest,
                              f.collaborations, NULL) AS score
              FROM week_factions f JOIN game_modes m ON m.id = p_mode) AS s;
END
$$;

COMMENT ON FUNCTION week_faction_standings(uuid, text[]) IS
    'The factions of week_factions with name, score and rank; a number that the
list does not have is its own name';

REVOKE ALL ON FUNCTION week_faction_standings(uuid, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_faction_standings(uuid, text[])
    TO canvas_service;
