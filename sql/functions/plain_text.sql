CREATE OR REPLACE FUNCTION plain_text(p_value jsonb, p_max integer)
    RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_text  text;
BEGIN
    IF jsonb_typeof(p_value) IS DISTINCT FROM 'string' THEN
        RETURN NULL;
    END IF;

    v_text := regexp_replace(p_value #>> '{}', '^\s+|\s+$', '', 'g');

    IF char_length(v_text) NOT BETWEEN 1 AND p_max
       OR v_text ~ E'[\u0001-\u001F\u007F-\u009F]'
    THEN
        RETURN NULL;
    END IF;

    RETURN v_text;
END
$$;

COMMENT ON FUNCTION plain_text(jsonb, integer) IS
    'What somebody wrote, trimmed: one line of 1 to p_max characters without
control characters; NULL when it is not that';

REVOKE ALL ON FUNCTION plain_text(jsonb, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION plain_text(jsonb, integer) TO canvas_service;
