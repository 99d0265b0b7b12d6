CREATE OR REPLACE FUNCTION week_score(
    p_scoring jsonb, p_pixels bigint, p_largest integer,
    p_collaborations bigint, p_votes bigint)
    RETURNS numeric
    LANGUAGE sql IMMUTABLE
RETURN coalesce((p_scoring->>'pixel_points')::numeric, 1) * p_pixels
       + coalesce((p_scoring->>'territory_multiplier')::numeric, 0)
         * coalesce(p_largest, 0)
       + coalesce((p_scoring->>'collaboration_bonus')::numeric, 0)
         * coalesce(p_collaborations, 0)
       + coalesce((p_scoring->>'vote_points')::numeric, 0)
         * coalesce(p_votes, 0);

COMMENT ON FUNCTION week_score(jsonb, bigint, integer, bigint, bigint) IS
    'The score of an actor or a faction by the scoring rules of a mode';

REVOKE ALL ON FUNCTION week_score(jsonb, bigint, integer, bigint, bigint)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_score(jsonb, bigint, integer, bigint, bigint)
    TO canvas_service;
