CREATE OR REPLACE FUNCTION rules_count(p_rules jsonb)
    RETURNS boolean
    LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(p_rules->>'max_pixels_per_user' IS NOT NULL
                    OR p_rules @> '{"faction_required": true}'
                    OR (p_rules @> '{"colorLock": true}'
                        AND NOT p_rules @> '{"assignRandomColor": true}'),
                    false)
$$;

COMMENT ON FUNCTION rules_count(jsonb) IS
    'Whether compiled rules need what canvas:actors keeps of an actor';

REVOKE ALL ON FUNCTION rules_count(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rules_count(jsonb) TO canvas_service;
