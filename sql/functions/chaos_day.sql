-- From day 1 on, since what yesterday brought is not drawn again while there
-- is anything else.
CREATE OR REPLACE FUNCTION chaos_day(
    p_slug text, p_year integer, p_week integer, p_day integer,
    p_mechanics integer)
    RETURNS text[]
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    c_days       CONSTANT integer := 366;
    v_yesterday  text[];
    v_today      text[] := '{}';
    v_point      double precision;
    v_name       text;
BEGIN
    FOR v_day IN 1 .. least(greatest(p_day, 1), c_days) LOOP
        v_yesterday := v_today;
        v_today := '{}';

        FOR v_turn IN 1 .. p_mechanics LOOP
            v_point := chaos_point(concat_ws('/', p_slug, p_year, p_week,
                                             v_day, v_turn));
            v_name := coalesce(chaos_draw(v_point, v_yesterday || v_today,
                                          v_today),
                               chaos_draw(v_point, v_today, v_today));
            v_today := v_today || v_name;
        END LOOP;

        v_today := array_remove(v_today, NULL);
    END LOOP;

    RETURN v_today;
END
$$;

COMMENT ON FUNCTION chaos_day(text, integer, integer, integer, integer) IS
    'Which mechanics a day of a week is played by: the same arguments, and the
same chaos_mechanics, give the same ones';

REVOKE ALL ON FUNCTION chaos_day(text, integer, integer, integer, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chaos_day(text, integer, integer, integer, integer)
    TO canvas_web, canvas_service;
