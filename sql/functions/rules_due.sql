-- With p_lock no rotation can be begun until the caller's transaction ends:
-- the rules of one week never get into the next.
CREATE OR REPLACE FUNCTION rules_due(
    p_now timestamptz, p_mode text, p_rules jsonb, p_lock boolean)
    RETURNS TABLE (rules jsonb, forget boolean)
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    c_day     CONSTANT text[] := ARRAY['today', 'day'];
    v_week    current_canvas;
BEGIN
    IF p_lock THEN
        PERFORM FROM current_canvas FOR UPDATE;
    END IF;

    IF next_week_epoch() IS NOT NULL
       OR EXISTS (SELECT FROM rotations r
                   WHERE r.step IN ('chosen', 'turned', 'drained'))
    THEN
        RETURN;
    END IF;

    SELECT * INTO STRICT v_week FROM current_canvas;

    SELECT rules_compiled(m.slug, v_week.year, v_week.week_number,
                          rules_day(v_week.week_started_at, p_now))
      INTO rules
      FROM game_modes m
     WHERE m.id = v_week.current_game_mode_id AND m.slug = p_mode;

    -- the log names a faction by its place in the list: it stays for a week
    IF v_week.factions IS NOT NULL AND rules ? 'factions' THEN
        rules := rules || jsonb_build_object('factions', v_week.factions);
    END IF;

    IF rules = p_rules AND rules = v_week.rules THEN
        RETURN;
    END IF;

    IF rules IS NOT NULL THEN
        forget := p_rules #> c_day IS DISTINCT FROM rules #> c_day;
        RETURN NEXT;
    END IF;
END
$$;

COMMENT ON FUNCTION rules_due(timestamptz, text, jsonb, boolean) IS
    'The rules that the running week should be played by now, when Redis
(p_mode, p_rules) or current_canvas has others; forget: a new day of chaos
begins.  No row: nothing to do, or a rotation is on its way';

REVOKE ALL ON FUNCTION rules_due(timestamptz, text, jsonb, boolean)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rules_due(timestamptz, text, jsonb, boolean)
    TO canvas_service;
