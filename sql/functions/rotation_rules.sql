CREATE OR REPLACE FUNCTION rotation_rules(p_id bigint)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_rules  jsonb;
BEGIN
    UPDATE rotations r
       SET rules = coalesce(r.rules,
                            rules_compiled(r.game_mode_slug, r.new_year,
                                           r.new_week_number, 1)),
           updated_at = now()
     WHERE r.id = p_id
    RETURNING r.rules INTO v_rules;

    RETURN v_rules;
END
$$;

COMMENT ON FUNCTION rotation_rules(bigint) IS
    'The rules that a rotation turns the page to, noted before it does: asked
again, the answer is the same.  NULL: its mode is gone';

REVOKE ALL ON FUNCTION rotation_rules(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rotation_rules(bigint) TO canvas_service;
