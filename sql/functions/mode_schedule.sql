CREATE OR REPLACE FUNCTION mode_schedule(
    p_slug text, p_announce_at timestamptz DEFAULT NULL)
    RETURNS timestamptz
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_week  current_canvas;
    v_mode  game_modes;
BEGIN
    SELECT * INTO STRICT v_week FROM current_canvas FOR UPDATE;

    IF p_slug IS NOT NULL THEN
        SELECT * INTO v_mode FROM game_modes WHERE slug = p_slug;

        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no mode "%"', p_slug
                USING ERRCODE = '22023';
        END IF;

        IF NOT v_mode.is_active THEN
            RAISE EXCEPTION 'mode "%" is not active', p_slug
                USING ERRCODE = '22023';
        END IF;

        IF p_announce_at >= v_week.week_resets_at THEN
            RAISE EXCEPTION 'the week begins at %: announce before that',
                            rfc3339(v_week.week_resets_at)
                USING ERRCODE = '22023';
        END IF;
    END IF;

    UPDATE current_canvas
       SET next_game_mode_id = v_mode.id,
           announce_next_at = CASE WHEN p_slug IS NOT NULL
                                   THEN p_announce_at END,
           updated_at = now();

    INSERT INTO admin_actions (action_type, details)
    VALUES ('schedule_mode',
            jsonb_build_object('mode', p_slug, 'announce_at', p_announce_at));

    RETURN v_week.week_resets_at;
END
$$;

COMMENT ON FUNCTION mode_schedule(text, timestamptz) IS
    'Sets the mode of the next week, public from a time on (NULL: at once);
NULL as slug: none.  Returns when that week begins.  22023 with the reason
when the mode does not exist, is not active, or the time is too late';

REVOKE ALL ON FUNCTION mode_schedule(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mode_schedule(text, timestamptz) TO canvas_service;
