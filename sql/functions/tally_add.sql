-- One expression, so that the planner takes it into the recorder's UPDATE.
-- Nothing placed yet is NULL, which no hour is behind.
CREATE OR REPLACE FUNCTION tally_add(
    p_to objective_tally, p_more objective_tally, p_hour integer)
    RETURNS objective_tally
    LANGUAGE sql IMMUTABLE
AS $$
    SELECT ROW(
        coalesce((p_to).pixels, 0) + (p_more).pixels,
        coalesce((p_to).colors | (p_more).colors, (p_more).colors),
        p_hour,
        (p_more).pixels
            + CASE WHEN (p_to).hour = p_hour
                   THEN (p_to).hour_pixels ELSE 0 END,
        greatest((p_to).best_hour,
                 (p_more).pixels
                     + CASE WHEN (p_to).hour = p_hour
                            THEN (p_to).hour_pixels ELSE 0 END),
        coalesce((p_to).hours, 0)
            + CASE WHEN (p_to).hour = p_hour THEN 0 ELSE 1 END,
        coalesce((p_to).days, 0)
            + CASE WHEN (p_to).hour / 24 = p_hour / 24 THEN 0 ELSE 1 END,
        coalesce((p_to).fresh, 0) + (p_more).fresh,
        coalesce((p_to).repaints, 0) + (p_more).repaints,
        coalesce((p_more).faction, (p_to).faction),
        coalesce((p_to).completed, 0))::objective_tally
$$;

COMMENT ON FUNCTION tally_add(objective_tally, objective_tally, integer) IS
    'A tally and what was placed after it, within one hour';

REVOKE ALL ON FUNCTION tally_add(objective_tally, objective_tally, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tally_add(objective_tally, objective_tally,
                                    integer) TO canvas_service;
