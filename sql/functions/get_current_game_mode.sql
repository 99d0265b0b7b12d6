CREATE OR REPLACE FUNCTION get_current_game_mode()
    RETURNS TABLE (id uuid, slug text, name text, description text,
                   rules jsonb, scoring_rules jsonb, icon_url text,
                   week_number integer, year integer,
                   week_started_at timestamptz, week_resets_at timestamptz)
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
    SELECT m.id, m.slug, m.name, m.description, m.rules, m.scoring_rules,
           m.icon_url, c.week_number, c.year, c.week_started_at,
           c.week_resets_at
      FROM current_canvas c
      JOIN game_modes m ON m.id = c.current_game_mode_id
$$;

COMMENT ON FUNCTION get_current_game_mode() IS
    'The mode and the dates of the running week, one row (seed 001)';

REVOKE ALL ON FUNCTION get_current_game_mode() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION get_current_game_mode()
    TO canvas_web, canvas_service;
