CREATE OR REPLACE FUNCTION week_sum(
    p_week current_canvas, p_rotation bigint, p_before_epoch bigint)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_staged  record;
BEGIN
    PERFORM week_tables();

    SELECT * INTO v_staged FROM week_staged;

    IF (v_staged.rotation_id = p_rotation) IS NOT TRUE THEN
        DELETE FROM week_staged;
        DELETE FROM week_factions;
        PERFORM week_count(p_week.start_epoch, p_week.start_seq,
                           p_before_epoch);
        PERFORM week_rank(scoring_rules)
           FROM game_modes WHERE id = p_week.current_game_mode_id;
        RETURN NULL;
    END IF;

    RETURN v_staged.extras;
END
$$;

COMMENT ON FUNCTION week_sum(current_canvas, bigint, bigint) IS
    'Has week_totals filled: with what was staged, else with pixels alone,
counted here.  Returns the rest of what was staged, which week_confirm has to
agree to; NULL: nothing was';

REVOKE ALL ON FUNCTION week_sum(current_canvas, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_sum(current_canvas, bigint, bigint)
    TO canvas_service;
