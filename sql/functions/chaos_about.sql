CREATE OR REPLACE FUNCTION chaos_about(p_rules jsonb)
    RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT
AS $$
    SELECT coalesce(array_agg(CASE key WHEN 'maskPercent' THEN 'mask'
                                       ELSE key END), '{}')
      FROM jsonb_object_keys(p_rules) AS k (key)
$$;

COMMENT ON FUNCTION chaos_about(jsonb) IS
    'What rules are about: two mechanics of one topic contradict each other';

REVOKE ALL ON FUNCTION chaos_about(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chaos_about(jsonb)
    TO canvas_web, canvas_service;
