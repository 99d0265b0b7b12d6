CREATE OR REPLACE FUNCTION stored_canvas(
    p_form text, p_width integer, p_height integer, p_epoch bigint,
    p_seq bigint, p_palette text[], p_data bytea)
    RETURNS bytea
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
    SELECT convert_to(concat_ws(' ', p_form, p_width, p_height,
                                coalesce(p_epoch, 0), coalesce(p_seq, 0),
                                array_to_string(p_palette, ',')) || E'\n',
                      'UTF8') || p_data
$$;

COMMENT ON FUNCTION stored_canvas(text, integer, integer, bigint, bigint,
                                  text[], bytea) IS
    'A canvas with what it takes to show it (core''s canvas_stored.h): one line,
then the data, gzip or packed';

REVOKE ALL ON FUNCTION stored_canvas(text, integer, integer, bigint, bigint,
                                     text[], bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stored_canvas(text, integer, integer, bigint,
                                        bigint, text[], bytea)
    TO canvas_web, canvas_service;
