CREATE OR REPLACE FUNCTION rules_problem(p_rules jsonb, p_of text)
    RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_name   text;
    v_value  jsonb;
    v_known  rule_definitions;
    v_wrong  text;
BEGIN
    IF p_rules IS NULL OR jsonb_typeof(p_rules) <> 'object' THEN
        RETURN p_of || ' are no JSON object';
    END IF;

    FOR v_name, v_value IN
        SELECT key, value FROM jsonb_each(p_rules) ORDER BY key
    LOOP
        SELECT * INTO v_known FROM rule_definitions WHERE name = v_name;

        IF NOT FOUND THEN
            RETURN format('unknown rule "%s"', v_name);
        END IF;

        IF v_known.of <> p_of THEN
            RETURN format('"%s" belongs to %s', v_name, v_known.of);
        END IF;

        v_wrong := rule_wants(v_known, v_value);

        IF v_wrong IS NOT NULL THEN
            RETURN format('rule "%s" wants %s', v_name, v_wrong);
        END IF;

        IF coalesce(p_rules -> v_known.needs, 'true')
           IN ('false', 'null') OR NOT p_rules ? v_known.needs
        THEN
            RETURN format('rule "%s" needs "%s"', v_name, v_known.needs);
        END IF;
    END LOOP;

    RETURN CASE WHEN p_rules ?& ARRAY['mask', 'maskPercent']
                THEN 'rules "mask" and "maskPercent" exclude each other' END;
END
$$;

COMMENT ON FUNCTION rules_problem(jsonb, text) IS
    'What is wrong with the rules or scoring_rules of a mode; NULL: nothing';

REVOKE ALL ON FUNCTION rules_problem(jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rules_problem(jsonb, text) TO canvas_service;
