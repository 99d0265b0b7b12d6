CREATE OR REPLACE FUNCTION rules_factions(p_rules jsonb)
    RETURNS text[]
    LANGUAGE sql IMMUTABLE
AS $$
    SELECT array_agg(name ORDER BY n)
      FROM jsonb_array_elements_text(
               CASE WHEN jsonb_typeof(p_rules->'factions') = 'array'
                    THEN p_rules->'factions' ELSE '[]' END)
           WITH ORDINALITY AS f (name, n)
$$;

COMMENT ON FUNCTION rules_factions(jsonb) IS
    'The factions of compiled rules in order; NULL: there are none';

REVOKE ALL ON FUNCTION rules_factions(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rules_factions(jsonb)
    TO canvas_web, canvas_service;
