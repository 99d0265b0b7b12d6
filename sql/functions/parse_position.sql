CREATE OR REPLACE FUNCTION parse_position(
    p_text text, OUT epoch bigint, OUT seq bigint)
    LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    c_max  CONSTANT bigint := 9007199254740991;
BEGIN
    IF p_text IS NULL THEN
        epoch := c_max;
        seq := c_max;
        RETURN;
    END IF;

    IF p_text !~ '^(0|[1-9][0-9]{0,15})-(0|[1-9][0-9]{0,15})$' THEN
        RAISE EXCEPTION 'malformed position' USING ERRCODE = '22023';
    END IF;

    epoch := split_part(p_text, '-', 1)::bigint;
    seq := split_part(p_text, '-', 2)::bigint;

    IF epoch > c_max OR seq > c_max THEN
        RAISE EXCEPTION 'position out of range' USING ERRCODE = '22023';
    END IF;
END
$$;

COMMENT ON FUNCTION parse_position(text) IS
    '<epoch>-<seq> as two numbers; NULL is the end of the log; 22023';

REVOKE ALL ON FUNCTION parse_position(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parse_position(text) TO canvas_web, canvas_service;
