-- SECURITY DEFINER: see import_stage.
CREATE OR REPLACE FUNCTION import_ids(p_events bigint)
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = canvas, pg_temp
AS $$
DECLARE
    v_first  bigint;
BEGIN
    -- Changes nothing, but nobody else draws until the transaction ends.
    ALTER SEQUENCE pixel_events_id_seq CACHE 100;

    v_first := nextval('pixel_events_id_seq');
    PERFORM setval('pixel_events_id_seq', v_first + p_events);

    RETURN v_first;
END
$$;

COMMENT ON FUNCTION import_ids(bigint) IS
    'Reserves so many ids of the log at once, a call of nextval a row is a
fifth of COPY; returns the first.  In a transaction of its own: others wait';

REVOKE ALL ON FUNCTION import_ids(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_ids(bigint) TO canvas_service;
