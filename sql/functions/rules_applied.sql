CREATE OR REPLACE FUNCTION rules_applied(
    p_rules jsonb, p_epoch bigint, p_seq bigint, p_now timestamptz)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_before  jsonb;
BEGIN
    SELECT rules INTO STRICT v_before FROM current_canvas FOR UPDATE;

    UPDATE current_canvas
       SET rules = p_rules,
           factions = coalesce(factions, rules_factions(p_rules)),
           actors_epoch = greatest(actors_epoch, p_epoch),
           actors_seq = CASE WHEN (p_epoch, p_seq)
                                  > (actors_epoch, actors_seq)
                             THEN p_seq ELSE actors_seq END,
           updated_at = now();

    IF p_rules->'decayToColor' IS DISTINCT FROM v_before->'decayToColor' THEN
        PERFORM decay_restart(CASE WHEN v_before->>'decayHours' IS NULL
                                   THEN p_now END);
    END IF;
END
$$;

COMMENT ON FUNCTION rules_applied(jsonb, bigint, bigint, timestamptz) IS
    'Notes which rules Redis enforces now, and behind which position those
that count do; an earlier one than is known, as Redis says after a restore,
is none';

REVOKE ALL ON FUNCTION rules_applied(jsonb, bigint, bigint, timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rules_applied(jsonb, bigint, bigint, timestamptz)
    TO canvas_service;
