-- SECURITY DEFINER: the table becomes a partition, so the owner of the log
-- has to own it.  It is made here, in the transaction of the import, without
-- indexes and row-level security, so that COPY can fill it at full speed.
CREATE OR REPLACE FUNCTION import_stage(p_ms bigint)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = canvas, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    v_week  record;
BEGIN
    v_week := import_week(p_ms);

    EXECUTE format('CREATE TABLE pixel_import (LIKE pixel_events '
                   'INCLUDING DEFAULTS INCLUDING CONSTRAINTS, '
                   'CONSTRAINT pixel_import_week '
                   'CHECK (created_at >= %L AND created_at < %L))',
                   v_week.first_at, v_week.end_at);
    GRANT SELECT, INSERT ON pixel_import TO canvas_service;
END
$$;

COMMENT ON FUNCTION import_stage(bigint) IS
    'Makes the table pixel_import for events of the week of a Unix time in
milliseconds';

REVOKE ALL ON FUNCTION import_stage(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_stage(bigint) TO canvas_service;
