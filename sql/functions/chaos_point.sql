CREATE OR REPLACE FUNCTION chaos_point(p_text text)
    RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT
AS $$
    SELECT ('x' || left(encode(sha256(convert_to(p_text, 'UTF8')), 'hex'),
                        12))::bit(48)::bigint / 281474976710656.0
$$;

COMMENT ON FUNCTION chaos_point(text) IS
    'A number in [0, 1) that follows from the text alone: 48 bits of SHA-256';

REVOKE ALL ON FUNCTION chaos_point(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chaos_point(text)
    TO canvas_web, canvas_service;
