-- The page may be turned although its week is not archived yet: then what
-- current_canvas says is of the page before.
CREATE OR REPLACE FUNCTION page_week(
    OUT game_mode text, OUT rules jsonb, OUT week_number integer,
    OUT year integer, OUT started_at timestamptz, OUT factions text[],
    OUT actors_epoch bigint, OUT actors_seq bigint)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    SELECT m.slug,
           CASE WHEN r.id IS NULL
                THEN coalesce(c.rules, rules_compiled(m.slug, c.year,
                                                      c.week_number, 1))
                ELSE coalesce(r.rules, rules_compiled(m.slug, r.new_year,
                                                      r.new_week_number, 1))
                END,
           coalesce(r.new_week_number, c.week_number),
           coalesce(r.new_year, c.year),
           coalesce(e.started_at, c.week_started_at),
           CASE WHEN r.id IS NULL THEN c.factions
                ELSE rules_factions(r.rules) END,
           coalesce(e.epoch, c.actors_epoch),
           coalesce(e.base_seq, c.actors_seq)
      INTO game_mode, rules, week_number, year, started_at, factions,
           actors_epoch, actors_seq
      FROM current_canvas c
      LEFT JOIN canvas_epochs e ON e.epoch = next_week_epoch()
      LEFT JOIN rotations r ON r.step IN ('chosen', 'turned', 'drained')
                           AND coalesce(r.new_epoch, e.epoch) = e.epoch
      JOIN game_modes m ON CASE WHEN r.id IS NULL
                                THEN m.id = c.current_game_mode_id
                                ELSE m.slug = r.game_mode_slug END;
END
$$;

COMMENT ON FUNCTION page_week() IS
    'What the page that Redis shows is played by, as far as the log tells';

REVOKE ALL ON FUNCTION page_week() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION page_week() TO canvas_service;
