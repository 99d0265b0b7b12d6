CREATE OR REPLACE FUNCTION week_colors(p_counts jsonb, p_palette text[])
    RETURNS jsonb
    LANGUAGE sql IMMUTABLE
RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'index', c.n - 1, 'color', p_palette[c.n],
                   'pixels_placed', c.value::bigint)
                   ORDER BY c.value::bigint DESC, c.n), '[]')
          FROM jsonb_array_elements_text(p_counts)
               WITH ORDINALITY AS c (value, n)
         WHERE c.value::bigint > 0);

COMMENT ON FUNCTION week_colors(jsonb, text[]) IS
    'colors of an archive: those that were placed, most used first';

REVOKE ALL ON FUNCTION week_colors(jsonb, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_colors(jsonb, text[]) TO canvas_service;
