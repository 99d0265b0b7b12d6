CREATE OR REPLACE FUNCTION decay_restart(
    p_since timestamptz DEFAULT NULL)
    RETURNS void
    LANGUAGE sql
    SET search_path = canvas, public, pg_temp
AS $$
    UPDATE decay_progress
       SET epoch = 0, seq = 0, since = coalesce(p_since, since)
$$;

COMMENT ON FUNCTION decay_restart(timestamptz) IS
    'What fades is looked for in the whole week again; p_since: when the rule
came into force, if it just did';

REVOKE ALL ON FUNCTION decay_restart(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION decay_restart(timestamptz) TO canvas_service;
