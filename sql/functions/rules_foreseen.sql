CREATE OR REPLACE FUNCTION rules_foreseen(
    p_rules jsonb, p_forget boolean, p_epoch bigint, p_seq bigint,
    p_now timestamptz)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_anew  CONSTANT boolean :=
        p_forget OR (SELECT NOT rules_count(rules) FROM current_canvas);
BEGIN
    PERFORM rules_applied(p_rules, CASE WHEN v_anew THEN p_epoch ELSE 0 END,
                          CASE WHEN v_anew THEN p_seq ELSE 0 END, p_now);
END
$$;

COMMENT ON FUNCTION rules_foreseen(jsonb, boolean, bigint, bigint,
                                   timestamptz) IS
    'Notes rules before Redis is told of them, when it stands at a position:
if they count anew, no restore forgets what they have counted since';

REVOKE ALL ON FUNCTION rules_foreseen(jsonb, boolean, bigint, bigint,
                                      timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rules_foreseen(jsonb, boolean, bigint, bigint,
                                         timestamptz) TO canvas_service;
