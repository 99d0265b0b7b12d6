-- Rows are compared as the index of actors has them, and no other plan is
-- wanted: statistics know nothing of a stretch that is seconds old, which then
-- looks small enough to be read whole.
CREATE OR REPLACE FUNCTION log_nth(
    p_actor uuid, p_epoch bigint, p_from bigint, p_to bigint,
    p_metric text, p_nth bigint, p_colors bit(256),
    OUT seq bigint, OUT created_at timestamptz)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET enable_sort = off
AS $$
DECLARE
    v_bare  CONSTANT smallint := (SELECT background FROM current_canvas);
BEGIN
    IF p_metric = 'colors' THEN
        WITH RECURSIVE steps AS (
            SELECT 0 AS n, p_from AS seq, NULL::timestamptz AS created_at,
                   p_colors AS colors
             UNION ALL
            SELECT s.n + 1, e.seq, e.created_at,
                   set_bit(s.colors, e.color, 1)
              FROM steps s
             CROSS JOIN LATERAL (
                SELECT p.seq, p.created_at, p.color
                  FROM pixel_events p
                 WHERE (coalesce(p.user_id, p.agent_id), p.epoch, p.seq)
                       > (p_actor, p_epoch, s.seq)
                   AND (coalesce(p.user_id, p.agent_id), p.epoch, p.seq)
                       <= (p_actor, p_epoch, p_to)
                   AND get_bit(s.colors, p.color) = 0
                 ORDER BY coalesce(p.user_id, p.agent_id), p.epoch, p.seq
                 LIMIT 1
             ) e
             WHERE s.n < p_nth
        )
        SELECT s.seq, s.created_at INTO log_nth.seq, log_nth.created_at
          FROM steps s
         WHERE s.n = p_nth;

    ELSE
        SELECT p.seq, p.created_at INTO log_nth.seq, log_nth.created_at
          FROM pixel_events p
         WHERE (coalesce(p.user_id, p.agent_id), p.epoch, p.seq)
               > (p_actor, p_epoch, p_from)
           AND (coalesce(p.user_id, p.agent_id), p.epoch, p.seq)
               <= (p_actor, p_epoch, p_to)
           AND CASE p_metric
               WHEN 'fresh' THEN p.old_color = v_bare AND p.color <> v_bare
               WHEN 'repaints' THEN p.old_color <> v_bare
                                    AND p.color <> p.old_color
               ELSE true END
         ORDER BY coalesce(p.user_id, p.agent_id), p.epoch, p.seq
        OFFSET p_nth - 1
         LIMIT 1;
    END IF;
END
$$;

COMMENT ON FUNCTION log_nth(uuid, bigint, bigint, bigint, text, bigint,
                            bit) IS
    'The placement by which an actor reached p_nth more of something in a
stretch of an epoch: new colours beside p_colors, placements on bare canvas,
repaints, or placements at all.  NULL: there are not so many.  Reads no
further than to it';

REVOKE ALL ON FUNCTION log_nth(uuid, bigint, bigint, bigint, text, bigint,
                               bit) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_nth(uuid, bigint, bigint, bigint, text, bigint,
                                  bit) TO canvas_service;
