CREATE OR REPLACE FUNCTION rotation_step(
    p_id bigint, p_step text,
    p_closing_epoch bigint DEFAULT NULL, p_new_epoch bigint DEFAULT NULL,
    p_turned_seq bigint DEFAULT NULL, p_compressed bytea DEFAULT NULL,
    p_image_url text DEFAULT NULL, p_thumbnail_url text DEFAULT NULL,
    p_video_url text DEFAULT NULL)
    RETURNS rotations
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    c_steps  CONSTANT text[] := ARRAY['chosen', 'turned', 'drained',
                                      'archived', 'imaged', 'done'];
    v_row    rotations;
    v_from   integer;
    v_to     integer;
BEGIN
    SELECT * INTO v_row FROM rotations WHERE id = p_id FOR UPDATE;
    v_from := array_position(c_steps, v_row.step);
    v_to := array_position(c_steps, p_step);

    IF v_from IS NULL OR v_to IS NULL THEN
        RAISE EXCEPTION 'no rotation % or no step %', p_id, p_step
            USING ERRCODE = '22023';
    END IF;

    IF v_to NOT IN (v_from, v_from + 1)
       OR (p_step = 'archived' AND v_row.archive_id IS NULL)
    THEN
        RAISE EXCEPTION 'rotation % is %, not ready for %',
                        p_id, v_row.step, p_step
            USING ERRCODE = '55000';
    END IF;

    IF p_step = 'drained' AND NOT rotation_drained(v_row) THEN
        RAISE EXCEPTION 'the recorder has not reached %-%',
                        v_row.new_epoch, v_row.turned_seq
            USING ERRCODE = '55000';
    END IF;

    IF p_step = 'imaged' THEN
        UPDATE canvas_archives
           SET image_url = coalesce(p_image_url, image_url),
               thumbnail_url = coalesce(p_thumbnail_url, thumbnail_url),
               video_url = coalesce(p_video_url, video_url)
         WHERE id = v_row.archive_id;
    END IF;

    UPDATE rotations
       SET step = p_step,
           closing_epoch = CASE WHEN p_step IN ('chosen', 'turned')
                                THEN coalesce(p_closing_epoch, closing_epoch)
                                ELSE closing_epoch END,
           new_epoch = CASE WHEN p_step = 'turned'
                            THEN coalesce(p_new_epoch, new_epoch)
                            ELSE new_epoch END,
           turned_seq = CASE WHEN p_step = 'turned'
                             THEN coalesce(p_turned_seq, turned_seq)
                             ELSE turned_seq END,
           canvas_data_compressed =
               CASE WHEN p_step = 'drained'
                    THEN coalesce(p_compressed, canvas_data_compressed)
                    ELSE canvas_data_compressed END,
           finished_at = CASE WHEN p_step = 'done'
                              THEN coalesce(finished_at, now()) END,
           updated_at = now()
     WHERE id = p_id
    RETURNING * INTO v_row;

    RETURN v_row;
END
$$;

COMMENT ON FUNCTION rotation_step(bigint, text, bigint, bigint, bigint, bytea,
                                  text, text, text) IS
    'Remembers that a rotation did a step: the same one or the next, with what
the step found out; SQLSTATE 55000 when it is not ready for it';

REVOKE ALL ON FUNCTION rotation_step(bigint, text, bigint, bigint, bigint,
                                     bytea, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rotation_step(bigint, text, bigint, bigint, bigint,
                                        bytea, text, text, text)
    TO canvas_service;
