CREATE OR REPLACE FUNCTION color_bits(
    p_colors0 bigint, p_colors1 bigint, p_colors2 bigint, p_colors3 bigint)
    RETURNS bit(256)
    LANGUAGE sql IMMUTABLE
RETURN (coalesce(p_colors0, 0)::bit(64) || coalesce(p_colors1, 0)::bit(64)
        || coalesce(p_colors2, 0)::bit(64)
        || coalesce(p_colors3, 0)::bit(64))::bit(256);

COMMENT ON FUNCTION color_bits(bigint, bigint, bigint, bigint) IS
    'Colours in four times 64 bits, as user_profiles has them';

REVOKE ALL ON FUNCTION color_bits(bigint, bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION color_bits(bigint, bigint, bigint, bigint)
    TO canvas_service;
