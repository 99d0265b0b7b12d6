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

    -- What the community wants, if it was asked and had a wish.
    SELECT slug INTO v_slug
      FROM mode_standings
     WHERE votes > 0 AND voting_enabled()
     ORDER BY votes DESC, weight DESC, display_order, slug
     LIMIT 1;

    IF FOUND THEN
        RETURN v_slug;
    END IF;

    -- Each mode owns a stretch of the line as long as its weight; the point
    -- falls into one.
    WITH line AS (
        SELECT slug, sum(weight) OVER (ORDER BY display_order, slug) AS upto,
               sum(weight) OVER () AS total
          FROM fresh_modes
         WHERE weight > 0
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
    'Mode of the next week: the given one, else the scheduled one, else the
elected one, else drawn by weight; the last two among those not played in the
last 4 weeks.  None: classic';

REVOKE ALL ON FUNCTION choose_game_mode(text, double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION choose_game_mode(text, double precision)
    TO canvas_service;
