CREATE OR REPLACE FUNCTION history_limit(p_limit integer)
    RETURNS integer
    LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    IF p_limit NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'limit is 1 to 1000' USING ERRCODE = '22023';
    END IF;

    RETURN coalesce(p_limit, 100);
END
$$;

COMMENT ON FUNCTION history_limit(integer) IS
    'Events a page: 1 to 1000, NULL is 100; SQLSTATE 22023';

REVOKE ALL ON FUNCTION history_limit(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history_limit(integer)
    TO canvas_web, canvas_service;
