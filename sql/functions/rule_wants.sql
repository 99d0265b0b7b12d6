CREATE OR REPLACE FUNCTION rule_wants(p_rule rule_definitions, p_value jsonb)
    RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_type    CONSTANT text := jsonb_typeof(p_value);
    v_number  numeric;
    v_wants   text;
    v_fits    boolean;
BEGIN
    CASE (p_rule).kind

    WHEN 'boolean' THEN
        v_wants := 'true or false';
        v_fits := v_type = 'boolean';

    WHEN 'text' THEN
        v_wants := 'a text of 1 to 64 characters';
        v_fits := v_type = 'string'
                  AND length(p_value #>> '{}') BETWEEN 1 AND 64;

    WHEN 'names' THEN
        v_wants := 'an array of at most 32 different names: letters, digits, '
                   '_ and -';
        v_fits := v_type = 'array'
                  AND jsonb_array_length(p_value) <= 32
                  AND (SELECT coalesce(bool_and(
                                  jsonb_typeof(name) = 'string'
                                  AND name #>> '{}'
                                      ~ '^[A-Za-z0-9_-]{1,32}$'), true)
                              AND count(*) = count(DISTINCT name)
                         FROM jsonb_array_elements(p_value) AS e (name));

    WHEN 'rectangles' THEN
        v_wants := 'an array of 1 to 64 rectangles {"x", "y", "width", '
                   '"height"}';
        v_fits := v_type = 'array'
                  AND jsonb_array_length(p_value) BETWEEN 1 AND 64
                  AND (SELECT bool_and(rectangle_fits(r))
                         FROM jsonb_array_elements(p_value) AS e (r));

    WHEN 'percents' THEN
        v_wants := 'an array of 1 to 64 rectangles {"x", "y", "width", '
                   '"height"} within 100 by 100';
        v_fits := v_type = 'array'
                  AND jsonb_array_length(p_value) BETWEEN 1 AND 64
                  AND (SELECT bool_and(percents_fit(r))
                         FROM jsonb_array_elements(p_value) AS e (r));

    ELSE
        v_wants := format('%s from %s to %s',
                          CASE (p_rule).kind WHEN 'integer' THEN 'an integer'
                                             ELSE 'a number' END,
                          (p_rule).minimum, (p_rule).maximum);
        v_fits := false;

        IF v_type = 'number' THEN
            v_number := (p_value #>> '{}')::numeric;
            v_fits := v_number BETWEEN (p_rule).minimum AND (p_rule).maximum
                      AND ((p_rule).kind = 'number'
                           OR v_number = trunc(v_number));
        END IF;
    END CASE;

    IF (p_rule).nullable THEN
        v_wants := v_wants || ', or null';
        v_fits := v_fits OR v_type = 'null';
    END IF;

    RETURN CASE WHEN v_fits THEN NULL ELSE v_wants END;
END
$$;

COMMENT ON FUNCTION rule_wants(rule_definitions, jsonb) IS
    'What a rule''s value has to be; NULL: it is that';

REVOKE ALL ON FUNCTION rule_wants(rule_definitions, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rule_wants(rule_definitions, jsonb)
    TO canvas_service;
