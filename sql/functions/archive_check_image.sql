CREATE OR REPLACE FUNCTION archive_check_image(
    p_canvas_data text, p_week current_canvas, p_strict boolean)
    RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_bits  CONSTANT bigint :=
        CASE WHEN cardinality(p_week.palette) <= 16 THEN 4 ELSE 8 END;
    v_want  CONSTANT bigint :=
        (p_week.width::bigint * p_week.height * v_bits + 7) / 8;
    v_have  bigint;
BEGIN
    -- decode() refuses what is no base64, with SQLSTATE 22023
    v_have := octet_length(decode(p_canvas_data, 'base64'));

    IF coalesce(v_have, 0) = 0 THEN
        RAISE EXCEPTION 'canvas data is empty' USING ERRCODE = '22023';
    END IF;

    IF v_have = v_want THEN
        RETURN;
    END IF;

    IF p_strict THEN
        RAISE EXCEPTION 'canvas data has % bytes, a canvas of %x% has %',
                        v_have, p_week.width, p_week.height, v_want
            USING ERRCODE = '22023';
    END IF;

    RAISE WARNING 'canvas data has % bytes, a canvas of %x% has %',
                  v_have, p_week.width, p_week.height, v_want;
END
$$;

COMMENT ON FUNCTION archive_check_image(text, current_canvas, boolean) IS
    'Refuses what is no base64; a wrong length is an error of a rotation and a
warning of a call by hand';

REVOKE ALL ON FUNCTION archive_check_image(text, current_canvas, boolean)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive_check_image(text, current_canvas, boolean)
    TO canvas_service;
