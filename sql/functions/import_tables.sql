CREATE OR REPLACE FUNCTION import_tables()
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
    SET client_min_messages = warning
AS $$
BEGIN
    CREATE TEMPORARY TABLE IF NOT EXISTS import_counts (
        user_id   uuid NOT NULL,
        pixels    bigint NOT NULL,
        last_seq  bigint NOT NULL,
        last_ms   bigint NOT NULL
    );

    TRUNCATE import_counts;
END
$$;

COMMENT ON FUNCTION import_tables() IS
    'Makes the session''s temporary table import_counts, empty: what users have
placed in an import, a user once or several times';

REVOKE ALL ON FUNCTION import_tables() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_tables() TO canvas_service;
