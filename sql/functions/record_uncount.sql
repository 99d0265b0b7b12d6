CREATE OR REPLACE FUNCTION record_uncount(p_lost_to_epoch bigint)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_before  CONSTANT bigint :=
        coalesce(next_week_epoch(), 9007199254740991);
BEGIN
    UPDATE users u
       SET pixels_placed = u.pixels_placed - l.pixels
      FROM (SELECT user_id, count(*) AS pixels
              FROM pixel_events_lost
             WHERE lost_to_epoch = p_lost_to_epoch
             GROUP BY user_id) AS l
     WHERE u.id = l.user_id;

    UPDATE agents a
       SET total_pixels = a.total_pixels - l.pixels
      FROM (SELECT agent_id, count(*) AS pixels
              FROM pixel_events_lost
             WHERE lost_to_epoch = p_lost_to_epoch
             GROUP BY agent_id) AS l
     WHERE a.id = l.agent_id;

    UPDATE weekly_agent_stats s
       SET pixels_placed = s.pixels_placed - l.pixels
      FROM (SELECT agent_id, count(*) AS pixels
              FROM pixel_events_lost
             WHERE lost_to_epoch = p_lost_to_epoch AND epoch < v_before
             GROUP BY agent_id) AS l
     WHERE s.agent_id = l.agent_id AND s.archive_id IS NULL;

    -- before the contributors are counted: this says who is still one
    DELETE FROM week_hours
     WHERE from_seq >= (SELECT base_seq FROM canvas_epochs
                         WHERE epoch = p_lost_to_epoch);

    PERFORM objectives_recount(
        (SELECT coalesce(array_agg(DISTINCT coalesce(user_id, agent_id)),
                         '{}')
           FROM pixel_events_lost
          WHERE lost_to_epoch = p_lost_to_epoch AND epoch < v_before));

    UPDATE current_canvas
       SET total_pixels_this_week = total_pixels_this_week - l.events,
           unique_contributors_this_week = c.actors,
           canvas_version = canvas_version + 1,
           updated_at = now()
      FROM (SELECT count(*) AS events
              FROM pixel_events_lost
             WHERE lost_to_epoch = p_lost_to_epoch AND epoch < v_before
               AND num_nonnulls(user_id, agent_id) = 1) AS l,
           (SELECT count(*) AS actors FROM contributors_this_week) AS c;

    IF EXISTS (SELECT FROM faction_tallies) THEN
        PERFORM factions_lost(p_lost_to_epoch);
    END IF;
END
$$;

COMMENT ON FUNCTION record_uncount(bigint) IS
    'Takes the entries lost to an epoch off every counter that held them';

REVOKE ALL ON FUNCTION record_uncount(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_uncount(bigint) TO canvas_service;
