CREATE OR REPLACE FUNCTION percents_fit(p_rectangle jsonb)
    RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN CASE WHEN rectangle_fits(p_rectangle)
                THEN (p_rectangle->>'x')::numeric
                     + (p_rectangle->>'width')::numeric <= 100
                     AND (p_rectangle->>'y')::numeric
                         + (p_rectangle->>'height')::numeric <= 100
                ELSE false END;
END
$$;

COMMENT ON FUNCTION percents_fit(jsonb) IS
    '{x, y, width, height} in whole percent of a canvas, within it';

REVOKE ALL ON FUNCTION percents_fit(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION percents_fit(jsonb) TO canvas_service;
