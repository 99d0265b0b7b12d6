CREATE OR REPLACE FUNCTION tally_value(
    p_tally objective_tally, p_metric text)
    RETURNS bigint
    LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE p_metric
           WHEN 'pixels' THEN (p_tally).pixels
           WHEN 'hour_pixels' THEN (p_tally).best_hour
           WHEN 'hours' THEN (p_tally).hours
           WHEN 'days' THEN (p_tally).days
           WHEN 'fresh' THEN (p_tally).fresh
           WHEN 'repaints' THEN (p_tally).repaints
           WHEN 'colors' THEN bit_count((p_tally).colors)
           END
$$;

COMMENT ON FUNCTION tally_value(objective_tally, text) IS
    'How far an actor is by a metric; NULL: known at the end of the week';

REVOKE ALL ON FUNCTION tally_value(objective_tally, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tally_value(objective_tally, text)
    TO canvas_web, canvas_service;
