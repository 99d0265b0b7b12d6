CREATE OR REPLACE FUNCTION week_stage(
    p_rotation bigint, p_digest text, p_extras jsonb)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    INSERT INTO week_totals
        (actor_id, kind, pixels, last_seq, last_at, overwritten, largest,
         final, collaborations, partners)
    SELECT c.actor_id,
           CASE WHEN c.agent THEN 'a' WHEN u.is_guest THEN 'g' ELSE 'u' END,
           c.pixels, c.last_seq, c.last_at, c.overwritten, c.largest,
           c.final, c.collaborations, c.partners
      FROM week_counted c
      LEFT JOIN users u ON u.id = c.actor_id
     WHERE c.actor_id IS NOT NULL;

    INSERT INTO week_factions
    SELECT faction, members, pixels, last_seq, overwritten, largest, final,
           collaborations, partners
      FROM week_counted
     WHERE faction IS NOT NULL;

    ANALYZE week_totals;

    PERFORM week_rank(m.scoring_rules)
       FROM current_canvas c JOIN game_modes m ON m.id = c.current_game_mode_id;

    INSERT INTO week_staged VALUES (p_rotation, p_digest, p_extras);
END
$$;

COMMENT ON FUNCTION week_stage(bigint, text, jsonb) IS
    'Prepares what was copied into week_counted for archive_and_reset_week in
the same transaction, before that makes the recorder wait';

REVOKE ALL ON FUNCTION week_stage(bigint, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_stage(bigint, text, jsonb) TO canvas_service;
