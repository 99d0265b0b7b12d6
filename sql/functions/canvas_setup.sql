CREATE OR REPLACE FUNCTION canvas_setup(
    p_width integer, p_height integer, p_background integer,
    p_palette text[])
    RETURNS TABLE (width integer, height integer, background integer,
                   palette text[], game_mode text, rules jsonb,
                   week_number integer, year integer, known boolean)
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_known   boolean;
    v_resets  timestamptz;
BEGIN
    PERFORM FROM recorder_progress FOR UPDATE;
    v_known := EXISTS (SELECT FROM canvas_epochs);

    IF NOT v_known THEN
        SELECT next_week_reset(now(), c.reset_weekday, c.reset_time)
          INTO v_resets
          FROM current_canvas c;

        UPDATE current_canvas c
           SET width = p_width, height = p_height,
               background = p_background, palette = p_palette,
               week_started_at = now(), week_resets_at = v_resets,
               week_number = l.week_number, year = l.year,
               updated_at = now()
          FROM week_label(v_resets) AS l;

        UPDATE current_canvas c
           SET rules = w.rules, factions = rules_factions(w.rules)
          FROM (SELECT rules_compiled(m.slug, o.year, o.week_number, 1)
                           AS rules
                  FROM current_canvas o
                  JOIN game_modes m ON m.id = o.current_game_mode_id) AS w;

        -- a migration set them, maybe in an earlier week
        UPDATE weekly_objectives w
           SET week_number = c.week_number, year = c.year
          FROM current_canvas c
         WHERE w.archive_id IS NULL;
    END IF;

    RETURN QUERY
    SELECT c.width, c.height, c.background::integer, c.palette, w.game_mode,
           w.rules, w.week_number, w.year, v_known
      FROM current_canvas c CROSS JOIN page_week() w;
END
$$;

COMMENT ON FUNCTION canvas_setup(integer, integer, integer, text[]) IS
    'What the first canvas in Redis is made with.  Before the first epoch is
known it stores the geometry and begins the week now, later only reads';

REVOKE ALL ON FUNCTION canvas_setup(integer, integer, integer, text[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION canvas_setup(integer, integer, integer, text[])
    TO canvas_service;
