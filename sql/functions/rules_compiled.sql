CREATE OR REPLACE FUNCTION rules_compiled(
    p_slug text, p_year integer, p_week integer, p_day integer)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    c_factions  CONSTANT jsonb := '["red", "blue", "green", "yellow"]';
    v_canvas    current_canvas;
    v_rules     jsonb;
BEGIN
    SELECT m.rules INTO v_rules FROM game_modes m WHERE m.slug = p_slug;
    SELECT * INTO STRICT v_canvas FROM current_canvas;

    IF v_rules @> '{"randomDaily": true}' THEN
        v_rules := rules_chaos(v_rules, p_slug, p_year, p_week,
                               greatest(p_day, 1));
    END IF;

    IF v_rules ? 'maskPercent' THEN
        v_rules := v_rules - 'maskPercent' || jsonb_build_object('mask',
            rules_mask(v_rules->'maskPercent', v_canvas.width,
                       v_canvas.height));
    END IF;

    IF v_rules @> '{"faction_required": true}'
       AND coalesce(v_rules->'factions', '[]') = '[]'
    THEN
        v_rules := v_rules || jsonb_build_object('factions', c_factions);
    END IF;

    -- a palette that is smaller than the mode expects has its background
    IF jsonb_typeof(v_rules->'decayHours') = 'number'
       AND coalesce((v_rules->>'decayToColor')::integer, 256)
           >= cardinality(v_canvas.palette)
    THEN
        v_rules := v_rules || jsonb_build_object('decayToColor',
                                                 v_canvas.background);
    END IF;

    RETURN v_rules;
END
$$;

COMMENT ON FUNCTION rules_compiled(text, integer, integer, integer) IS
    'The rules of a mode as the Function library and clients get them on a
day, from 1, of a week: nothing is left to guess.  NULL: no such mode';

REVOKE ALL ON FUNCTION rules_compiled(text, integer, integer, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rules_compiled(text, integer, integer, integer)
    TO canvas_web, canvas_service;
