CREATE OR REPLACE FUNCTION objectives_begin()
    RETURNS void
    LANGUAGE sql
    SET search_path = canvas, public, pg_temp
AS $$
    INSERT INTO weekly_objectives
        (objective_id, number, metric, target, scope, reward, at_week_end,
         week_number, year)
    SELECT d.id, row_number() OVER (ORDER BY d.display_order, d.slug) - 1,
           d.metric, d.target, d.scope, d.reward, d.at_week_end,
           c.week_number, c.year
      FROM objective_definitions d
      JOIN current_canvas c ON true
      JOIN game_modes m ON m.id = c.current_game_mode_id
     WHERE d.is_active
       AND coalesce(m.rules -> d.unless_rule, 'null') IN ('null', 'false')
     ORDER BY d.display_order, d.slug
     LIMIT 63
$$;

COMMENT ON FUNCTION objectives_begin() IS
    'Sets the objectives of the week that current_canvas has just begun';

REVOKE ALL ON FUNCTION objectives_begin() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objectives_begin() TO canvas_service;
