CREATE OR REPLACE FUNCTION rectangle_fits(p_rectangle jsonb)
    RETURNS boolean
    LANGUAGE sql IMMUTABLE
AS $$
    SELECT jsonb_typeof(p_rectangle) = 'object'
           AND (SELECT count(*) = 4
                       AND coalesce(bool_and(
                           key IN ('x', 'y', 'width', 'height')
                           AND CASE WHEN jsonb_typeof(value) = 'number'
                                    THEN value::numeric
                                         BETWEEN (key IN ('width',
                                                          'height'))::int
                                             AND 65535
                                         AND value::numeric
                                             = trunc(value::numeric)
                                    ELSE false END), false)
                  FROM jsonb_each(p_rectangle))
$$;

COMMENT ON FUNCTION rectangle_fits(jsonb) IS
    '{x, y, width, height}, whole pixels, none of them empty';

REVOKE ALL ON FUNCTION rectangle_fits(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rectangle_fits(jsonb) TO canvas_service;
