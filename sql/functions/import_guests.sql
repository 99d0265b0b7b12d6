CREATE OR REPLACE FUNCTION import_guests(p_limit bigint)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    INSERT INTO users (id, username, is_guest)
    SELECT w.actor_id,
           'guest-' || left(replace(w.actor_id::text, '-', ''), 16), true
      FROM week_totals w
     ORDER BY w.pixels DESC, w.last_seq
     LIMIT p_limit
        ON CONFLICT DO NOTHING;
END
$$;

COMMENT ON FUNCTION import_guests(bigint) IS
    'Rows in users for the first of week_totals, or for all of them (NULL)';

REVOKE ALL ON FUNCTION import_guests(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_guests(bigint) TO canvas_service;
