-- SECURITY DEFINER: see maintain_ahead.
CREATE OR REPLACE FUNCTION maintain_needed(
    p_partition text, p_import_days integer)
    RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = canvas, pg_temp
AS $$
DECLARE
    v_epoch  bigint := 0;
    v_seq    bigint;
    v_found  boolean;
BEGIN
    -- The lives of which there are events, along the primary key.
    LOOP
        EXECUTE format('SELECT min(epoch) FROM %I WHERE epoch > $1',
                       p_partition) INTO v_epoch USING v_epoch;
        EXIT WHEN v_epoch IS NULL;

        EXECUTE format('SELECT max(seq) FROM %I WHERE epoch = $1',
                       p_partition) INTO v_seq USING v_epoch;

        SELECT true INTO v_found
         WHERE EXISTS (SELECT FROM canvas_epochs e
                        WHERE e.epoch = v_epoch AND e.archive_id IS NOT NULL
                          AND NOT EXISTS (SELECT FROM rotations r
                                           WHERE r.archive_id = e.archive_id
                                             AND r.step <> 'done'))
            -- closed by hand: the rest of the epoch is in the next week
            OR EXISTS (SELECT FROM current_canvas c
                        WHERE c.start_epoch = v_epoch
                          AND c.start_seq >= v_seq)
            OR EXISTS (SELECT FROM canvas_imports i
                        WHERE i.epoch = v_epoch AND p_import_days > 0
                          AND i.imported_at
                              < now() - p_import_days * interval '1 day');

        IF v_found IS NOT TRUE THEN
            RETURN true;
        END IF;
    END LOOP;

    RETURN false;
END
$$;

COMMENT ON FUNCTION maintain_needed(text, integer) IS
    'Has the partition events of a week that is not closed and archived, or of
an import that is to be kept (p_import_days; 0: all of them)';

REVOKE ALL ON FUNCTION maintain_needed(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintain_needed(text, integer) TO canvas_service;
