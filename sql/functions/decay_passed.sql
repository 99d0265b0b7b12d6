CREATE OR REPLACE FUNCTION decay_passed(p_epoch bigint, p_seq bigint)
    RETURNS void
    LANGUAGE sql
    SET search_path = canvas, public, pg_temp
AS $$
    UPDATE decay_progress
       SET epoch = p_epoch, seq = p_seq
     WHERE (epoch, seq) < (p_epoch, p_seq)
$$;

COMMENT ON FUNCTION decay_passed(bigint, bigint) IS
    'Notes that nothing up to this position is left to fade';

REVOKE ALL ON FUNCTION decay_passed(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION decay_passed(bigint, bigint) TO canvas_service;
