-- Each mechanic owns a stretch of the line as long as its weight; the point
-- falls into one.
CREATE OR REPLACE FUNCTION chaos_draw(
    p_point double precision, p_without text[], p_taken text[])
    RETURNS text
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
    WITH line AS (
        SELECT m.name, sum(m.weight) OVER (ORDER BY m.name COLLATE "C")
                           AS upto,
               sum(m.weight) OVER () AS total
          FROM chaos_mechanics m
         WHERE m.weight > 0
           AND m.name <> ALL (p_without)
           AND NOT EXISTS (
                   SELECT FROM chaos_mechanics t
                    WHERE t.name = ANY (p_taken)
                      AND chaos_about(t.rules) && chaos_about(m.rules))
    )
    SELECT name FROM line WHERE upto > p_point * total ORDER BY upto LIMIT 1
$$;

COMMENT ON FUNCTION chaos_draw(double precision, text[], text[]) IS
    'The mechanic at a point in [0, 1) of the line of those that are not
without and do not contradict what is taken; NULL: none is left';

REVOKE ALL ON FUNCTION chaos_draw(double precision, text[], text[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chaos_draw(double precision, text[], text[])
    TO canvas_web, canvas_service;
