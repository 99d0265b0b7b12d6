CREATE OR REPLACE FUNCTION rules_chaos(
    p_rules jsonb, p_slug text, p_year integer, p_week integer,
    p_day integer)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_both   CONSTANT boolean := coalesce(p_rules @> '{"combineMechanics":
                                                       true}', false);
    v_names  text[];
    v_name   text;
    v_rules  jsonb := p_rules;
BEGIN
    v_names := chaos_day(p_slug, p_year, p_week, p_day,
                         CASE WHEN v_both THEN 2 ELSE 1 END);

    FOREACH v_name IN ARRAY v_names LOOP
        SELECT CASE WHEN 'mask' = ANY (chaos_about(m.rules))
                    THEN v_rules - ARRAY['mask', 'maskPercent']
                    ELSE v_rules END || m.rules
          INTO v_rules
          FROM chaos_mechanics m
         WHERE m.name = v_name;
    END LOOP;

    RETURN v_rules || jsonb_build_object('today', jsonb_build_object(
        'day', p_day, 'mechanics', to_jsonb(v_names)));
END
$$;

COMMENT ON FUNCTION rules_chaos(jsonb, text, integer, integer, integer) IS
    'Rules with "randomDaily" on a day of the week: what is drawn goes before
what the mode says, and is named in "today"';

REVOKE ALL ON FUNCTION rules_chaos(jsonb, text, integer, integer, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rules_chaos(jsonb, text, integer, integer, integer)
    TO canvas_web, canvas_service;
