-- Rounded outwards, so that no rectangle is empty and neighbours leave no gap.
CREATE OR REPLACE FUNCTION rules_mask(
    p_percents jsonb, p_width integer, p_height integer)
    RETURNS jsonb
    LANGUAGE sql IMMUTABLE STRICT
AS $$
    SELECT jsonb_agg(jsonb_build_object(
               'x', r.x0, 'y', r.y0,
               'width', r.x1 - r.x0, 'height', r.y1 - r.y0) ORDER BY r.n)
      FROM (SELECT e.n,
                   floor((e.r->>'x')::numeric * p_width / 100)::int AS x0,
                   floor((e.r->>'y')::numeric * p_height / 100)::int AS y0,
                   ceil(((e.r->>'x')::numeric + (e.r->>'width')::numeric)
                        * p_width / 100)::int AS x1,
                   ceil(((e.r->>'y')::numeric + (e.r->>'height')::numeric)
                        * p_height / 100)::int AS y1
              FROM jsonb_array_elements(p_percents)
                   WITH ORDINALITY AS e (r, n)) AS r
$$;

COMMENT ON FUNCTION rules_mask(jsonb, integer, integer) IS
    'Rectangles in percent as pixels of a canvas of that size';

REVOKE ALL ON FUNCTION rules_mask(jsonb, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rules_mask(jsonb, integer, integer)
    TO canvas_web, canvas_service;
