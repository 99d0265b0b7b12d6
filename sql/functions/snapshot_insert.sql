CREATE OR REPLACE FUNCTION snapshot_insert(
    p_canvas_data bytea, p_width integer, p_height integer,
    p_epoch bigint, p_seq bigint)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_id  bigint;
BEGIN
    IF p_canvas_data IS NULL OR substr(p_canvas_data, 1, 2) <> '\x1f8b' THEN
        RAISE EXCEPTION 'a snapshot is gzip' USING ERRCODE = '22023';
    END IF;

    INSERT INTO canvas_snapshots (canvas_data, width, height, epoch, seq)
    VALUES (p_canvas_data, p_width, p_height, p_epoch, p_seq)
        ON CONFLICT (epoch, seq) DO NOTHING
    RETURNING id INTO v_id;

    IF v_id IS NULL THEN
        SELECT id INTO STRICT v_id
          FROM canvas_snapshots
         WHERE epoch = p_epoch AND seq = p_seq;
    END IF;

    RETURN v_id;
END
$$;

COMMENT ON FUNCTION snapshot_insert(bytea, integer, integer, bigint, bigint)
    IS 'Stores the gzip of the packed canvas at a position; the same position
again returns the id it has';

REVOKE ALL ON FUNCTION snapshot_insert(bytea, integer, integer, bigint,
                                       bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION snapshot_insert(bytea, integer, integer, bigint,
                                          bigint) TO canvas_service;
