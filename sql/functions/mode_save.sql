CREATE OR REPLACE FUNCTION mode_save(p_mode jsonb)
    RETURNS text
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_known  CONSTANT text[] := ARRAY[
        'id', 'name', 'description', 'icon', 'icon_url', 'difficulty',
        'rules', 'scoring_rules', 'weight', 'display_order', 'is_active'];
    v_odd    text;
    v_mode   game_modes;
    v_new    boolean;
BEGIN
    IF p_mode IS NULL OR jsonb_typeof(p_mode) <> 'object' THEN
        RAISE EXCEPTION 'a mode is a JSON object' USING ERRCODE = '22023';
    END IF;

    SELECT min(key) INTO v_odd
      FROM jsonb_object_keys(p_mode) AS k (key)
     WHERE NOT key = ANY (v_known);

    IF v_odd IS NOT NULL THEN
        RAISE EXCEPTION 'a mode has no "%"; it has %', v_odd,
                        array_to_string(v_known, ', ')
            USING ERRCODE = '22023';
    END IF;

    SELECT * INTO v_mode FROM game_modes WHERE slug = p_mode ->> 'id';
    v_new := NOT FOUND;

    IF v_new THEN
        INSERT INTO game_modes (slug, name, description)
        VALUES (p_mode ->> 'id', p_mode ->> 'name',
                p_mode ->> 'description')
        RETURNING * INTO v_mode;
    END IF;

    -- what is not given stays as it is
    v_mode := jsonb_populate_record(v_mode, p_mode - 'id');

    UPDATE game_modes
       SET name = v_mode.name, description = v_mode.description,
           icon = v_mode.icon, icon_url = v_mode.icon_url,
           difficulty = v_mode.difficulty, rules = v_mode.rules,
           scoring_rules = v_mode.scoring_rules, weight = v_mode.weight,
           display_order = v_mode.display_order,
           is_active = v_mode.is_active
     WHERE id = v_mode.id;

    INSERT INTO admin_actions (action_type, details)
    VALUES ('save_mode', p_mode);

    RETURN CASE WHEN v_new THEN 'created' ELSE 'changed' END;
END
$$;

COMMENT ON FUNCTION mode_save(jsonb) IS
    'Makes or changes a mode: {id, name, description, icon, difficulty, rules,
scoring_rules, weight, display_order, is_active}; id is the slug.  A rule that
does not exist or fit: SQLSTATE 23514 with the reason';

REVOKE ALL ON FUNCTION mode_save(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mode_save(jsonb) TO canvas_service;
