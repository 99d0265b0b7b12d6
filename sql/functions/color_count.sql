CREATE OR REPLACE FUNCTION color_count(
    p_colors0 bigint, p_colors1 bigint, p_colors2 bigint, p_colors3 bigint)
    RETURNS bigint
    LANGUAGE sql IMMUTABLE
RETURN coalesce(bit_count(p_colors0::bit(64)), 0)
       + coalesce(bit_count(p_colors1::bit(64)), 0)
       + coalesce(bit_count(p_colors2::bit(64)), 0)
       + coalesce(bit_count(p_colors3::bit(64)), 0);

COMMENT ON FUNCTION color_count(bigint, bigint, bigint, bigint) IS
    'How many colours there are in four times 64 bits';

REVOKE ALL ON FUNCTION color_count(bigint, bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION color_count(bigint, bigint, bigint, bigint)
    TO canvas_service;
