CREATE OR REPLACE FUNCTION rotation_begin(
    p_closing_epoch bigint, p_manual text, p_force boolean,
    p_now timestamptz DEFAULT now(), p_request uuid DEFAULT NULL)
    RETURNS SETOF rotations
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_week    current_canvas;
    v_resets  timestamptz;
    v_label   record;
BEGIN
    SELECT * INTO STRICT v_week FROM current_canvas FOR UPDATE;

    -- Asked again after the answer was lost.
    RETURN QUERY SELECT * FROM rotations
                  WHERE request = p_request AND step = 'done';

    IF FOUND THEN
        RETURN;
    END IF;

    v_resets := next_week_reset(p_now, v_week.reset_weekday,
                                v_week.reset_time);
    v_label := week_label(v_resets);

    -- The log knows of a turn that was not noted; Redis may have lost it.
    UPDATE rotations r
       SET step = 'turned', new_epoch = e.epoch, turned_seq = e.base_seq,
           updated_at = now()
      FROM canvas_epochs e
     WHERE r.step = 'chosen' AND e.epoch = next_week_epoch();

    -- A choice that waited beyond the week it was made for gets a new week.
    UPDATE rotations
       SET new_resets_at = v_resets, new_week_number = v_label.week_number,
           new_year = v_label.year, rules = NULL, updated_at = now()
     WHERE step = 'chosen' AND new_resets_at <= p_now;

    UPDATE rotations
       SET request = p_request
     WHERE step <> 'done' AND request IS NULL AND p_request IS NOT NULL;

    RETURN QUERY SELECT * FROM rotations WHERE step <> 'done' FOR UPDATE;

    IF FOUND THEN
        RETURN;
    END IF;

    IF NOT coalesce(p_force, false) AND p_now < v_week.week_resets_at THEN
        RETURN;
    END IF;

    -- Another run closed this epoch after the caller had read it.
    IF EXISTS (SELECT FROM rotations WHERE new_epoch > p_closing_epoch) THEN
        RETURN;
    END IF;

    RETURN QUERY
    INSERT INTO rotations
        (closing_epoch, game_mode_slug, week_number, year,
         new_week_number, new_year, new_resets_at, request)
    VALUES (p_closing_epoch, choose_game_mode(p_manual),
            v_week.week_number, v_week.year,
            v_label.week_number, v_label.year, v_resets, p_request)
    RETURNING *;
END
$$;

COMMENT ON FUNCTION rotation_begin(bigint, text, boolean, timestamptz, uuid)
    IS
    'The unfinished rotation, or a new one when the week is over or p_force;
the finished one of the same p_request; no row: not due';

REVOKE ALL ON FUNCTION rotation_begin(bigint, text, boolean, timestamptz,
                                      uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rotation_begin(bigint, text, boolean, timestamptz,
                                         uuid) TO canvas_service;
