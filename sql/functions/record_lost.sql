-- An epoch after the other, planned with its values: a join with the epochs
-- reads the whole week to find that nothing is lost.
CREATE OR REPLACE FUNCTION record_lost(
    p_epoch bigint, p_base_seq bigint, p_start_epoch bigint,
    p_start_seq bigint)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    c_move   CONSTANT text :=
        'WITH gone AS (
             DELETE FROM pixel_events
              WHERE epoch = $1 AND seq > $2
             RETURNING *
         )
         INSERT INTO pixel_events_lost
             (epoch, seq, id, x, y, color, old_color, created_at, user_id,
              agent_id, session_id, faction, lost_to_epoch)
         SELECT epoch, seq, id, x, y, color, old_color, created_at, user_id,
                agent_id, session_id, faction, $3
           FROM gone';
    v_epoch  bigint;
    v_moved  bigint;
    v_lost   bigint := 0;
BEGIN
    FOR v_epoch IN
        SELECT epoch FROM canvas_epochs
         WHERE epoch >= p_start_epoch AND epoch < p_epoch
    LOOP
        EXECUTE c_move
          USING v_epoch,
                greatest(p_base_seq, CASE WHEN v_epoch = p_start_epoch
                                          THEN p_start_seq END),
                p_epoch;
        GET DIAGNOSTICS v_moved = ROW_COUNT;
        v_lost := v_lost + v_moved;
    END LOOP;

    RETURN v_lost;
END
$$;

COMMENT ON FUNCTION record_lost(bigint, bigint, bigint, bigint) IS
    'Moves entries of the running week, which began behind a position, that an
epoch began without to pixel_events_lost; returns how many';

REVOKE ALL ON FUNCTION record_lost(bigint, bigint, bigint, bigint)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_lost(bigint, bigint, bigint, bigint)
    TO canvas_service;
