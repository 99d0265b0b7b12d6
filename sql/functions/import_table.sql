CREATE OR REPLACE FUNCTION import_table(p_import integer, p_part integer)
    RETURNS text
    LANGUAGE sql IMMUTABLE STRICT
    RETURN format('pixel_import_%s_%s', p_import, p_part);

COMMENT ON FUNCTION import_table(integer, integer) IS
    'Name of the table in which a part of an import is staged';

REVOKE ALL ON FUNCTION import_table(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_table(integer, integer) TO canvas_service;
