CREATE OR REPLACE FUNCTION rotation_drained(p_rotation rotations)
    RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
    SELECT coalesce((p.epoch, p.seq) >= ((p_rotation).new_epoch,
                                         (p_rotation).turned_seq), false)
      FROM recorder_progress p
$$;

COMMENT ON FUNCTION rotation_drained(rotations) IS
    'Whether all of the closing week is recorded';

REVOKE ALL ON FUNCTION rotation_drained(rotations) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rotation_drained(rotations) TO canvas_service;
