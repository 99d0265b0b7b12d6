CREATE OR REPLACE FUNCTION choose_game_mode(
    p_manual text, p_random double precision DEFAULT NULL)
    RETURNS text
    LANGUAGE plpgsql VOLATILE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_slug   text;
    v_point  double precision := coalesce(p_random, random());
BEGIN
    IF nullif(p_manual, '') IS NOT NULL THEN
        SELECT slug INTO v_slug
          FROM game_modes
         WHERE slug = p_manual AND is_active;

        RETURN coalesce(v_slug, 'classic');
    END IF;

    SELECT m.slug INTO v_slug
      FROM current_canvas c
      JOIN game_modes m ON m.id = c.next_game_mode_id
     WHERE m.is_active;

    IF FOUND THEN
        RETURN v_slug;
    END IF;

    -- Each mode owns a stretch of the line as long as its weight; the point
    -- falls into one.  The running week is the first of the last four.
    WITH recent AS (
        SELECT current_game_mode_id AS id FROM current_canvas
         UNION ALL
        (SELECT game_mode_id FROM canvas_archives
          ORDER BY ended_at DESC, created_at DESC LIMIT 3)
    ), line AS (
        SELECT slug, sum(weight) OVER (ORDER BY display_order, slug) AS upto,
               sum(weight) OVER () AS total
          FROM game_modes
         WHERE is_active AND weight > 0
           AND id NOT IN (SELECT id FROM recent)
    )
    SELECT slug INTO v_slug
      FROM line
     WHERE upto > v_point * total
     ORDER BY upto
     LIMIT 1;

    RETURN coalesce(v_slug, 'classic');
END
$$;

COMMENT ON FUNCTION choose_game_mode(text, double precision) IS
    'Mode of the next week: the given one, else the scheduled one, else drawn
by weight among those not played in the last 4 weeks, else classic';

REVOKE ALL ON FUNCTION choose_game_mode(text, double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION choose_game_mode(text, double precision)
    TO canvas_service;
