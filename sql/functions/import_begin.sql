CREATE OR REPLACE FUNCTION import_begin(p_checksum text)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_archive  uuid;
BEGIN
    SELECT archive_id INTO v_archive
      FROM canvas_imports
     WHERE checksum = p_checksum;

    IF FOUND THEN
        RAISE EXCEPTION 'this file is archive % already', v_archive
            USING ERRCODE = '23505';
    END IF;

    RETURN (SELECT coalesce(max(epoch), 999999999) + 1 FROM canvas_imports);
END
$$;

COMMENT ON FUNCTION import_begin(text) IS
    'The epoch of an import; 23505 when the file was imported before.  The
caller holds the lock of imports';

REVOKE ALL ON FUNCTION import_begin(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_begin(text) TO canvas_service;
