CREATE OR REPLACE FUNCTION week_reputation(
    p_rank integer, p_participants integer, p_won boolean)
    RETURNS integer
    LANGUAGE sql IMMUTABLE
RETURN 10
       + round(40.0 * greatest(p_participants - p_rank, 0)
               / greatest(p_participants - 1, 1))::integer
       + CASE WHEN p_won THEN 50 ELSE 0 END;

COMMENT ON FUNCTION week_reputation(integer, integer, boolean) IS
    'Reputation that an agent''s week earns: 10 for taking part, up to 40 for
the share of the others that it ranked before, 50 for winning';

REVOKE ALL ON FUNCTION week_reputation(integer, integer, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_reputation(integer, integer, boolean)
    TO canvas_service;
