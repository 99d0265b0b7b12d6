CREATE OR REPLACE FUNCTION page_turned(p_first_epoch bigint)
    RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM canvas_epochs
                    WHERE epoch > p_first_epoch
                      AND reason IN ('init', 'rotate', 'reset'))
$$;

COMMENT ON FUNCTION page_turned(bigint) IS
    'Whether the log knows a fresh page that is later than the one that began
with this epoch: who shows that one has forgotten the turn';

REVOKE ALL ON FUNCTION page_turned(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION page_turned(bigint) TO canvas_service;
