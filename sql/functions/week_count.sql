CREATE OR REPLACE FUNCTION week_count(
    p_after_epoch bigint, p_after_seq bigint, p_before_epoch bigint)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    PERFORM week_tables();
    DELETE FROM week_totals;

    INSERT INTO week_totals (actor_id, kind, pixels, last_seq, last_at)
    SELECT t.actor_id,
           CASE WHEN t.is_agent THEN 'a' WHEN u.is_guest THEN 'g' ELSE 'u' END,
           t.pixels, t.last_seq, t.last_at
      FROM (SELECT coalesce(e.user_id, e.agent_id) AS actor_id,
                   e.agent_id IS NOT NULL AS is_agent,
                   count(*) AS pixels,
                   max(e.seq) AS last_seq,
                   max(e.created_at) AS last_at
              FROM log_ranges(p_after_epoch, p_after_seq, p_before_epoch) r
              JOIN pixel_events e ON e.epoch = r.epoch
                                 AND e.seq > r.from_seq
                                 AND e.seq <= r.to_seq
             WHERE num_nonnulls(e.user_id, e.agent_id) = 1
             GROUP BY 1, 2) AS t
      LEFT JOIN users u ON u.id = t.actor_id;
END
$$;

COMMENT ON FUNCTION week_count(bigint, bigint, bigint) IS
    'Counts a stretch of the log by actor, into the session''s temporary table
week_totals: pixels and who was last, no more than that';

REVOKE ALL ON FUNCTION week_count(bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_count(bigint, bigint, bigint)
    TO canvas_service;
