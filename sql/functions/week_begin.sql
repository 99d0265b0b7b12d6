CREATE OR REPLACE FUNCTION week_begin(
    p_archive canvas_archives, p_slug text, p_resets_at timestamptz)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_week    current_canvas;
    v_resets  timestamptz := p_resets_at;
    v_label   record;
    v_rules   jsonb;
BEGIN
    SELECT * INTO STRICT v_week FROM current_canvas;

    -- A rotation that was stuck for a week must not begin one that is over.
    IF v_resets IS NULL OR v_resets <= p_archive.ended_at THEN
        v_resets := next_week_reset(p_archive.ended_at, v_week.reset_weekday,
                                    v_week.reset_time);
    END IF;

    v_label := week_label(v_resets);

    v_rules := coalesce((SELECT r.rules FROM rotations r
                          WHERE r.new_epoch = p_archive.new_epoch),
                        rules_compiled(p_slug, v_label.year,
                                       v_label.week_number, 1));

    UPDATE current_canvas
       SET current_game_mode_id = (SELECT id FROM game_modes
                                    WHERE slug = p_slug),
           week_number = v_label.week_number, year = v_label.year,
           week_started_at = p_archive.ended_at, week_resets_at = v_resets,
           canvas_version = canvas_version + 1,
           next_game_mode_id = NULL, announce_next_at = NULL,
           announced_game_mode_id = NULL,
           start_epoch = coalesce(p_archive.new_epoch,
                                  p_archive.closing_epoch, 0),
           start_seq = p_archive.last_seq,
           rules = v_rules, factions = rules_factions(v_rules),
           actors_epoch = coalesce(p_archive.new_epoch,
                                   p_archive.closing_epoch, 0),
           actors_seq = p_archive.last_seq, updated_at = now()
    RETURNING * INTO v_week;

    PERFORM decay_restart('-infinity');
    PERFORM objectives_begin();
    PERFORM week_recount(v_week);
END
$$;

COMMENT ON FUNCTION week_begin(canvas_archives, text, timestamptz) IS
    'Turns current_canvas to the week behind an archive; p_resets_at NULL: the
next reset';

REVOKE ALL ON FUNCTION week_begin(canvas_archives, text, timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_begin(canvas_archives, text, timestamptz)
    TO canvas_service;
