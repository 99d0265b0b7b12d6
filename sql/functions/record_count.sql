-- UPDATE, then INSERT of the rest: ON CONFLICT would lock each row first, and
-- write a record of that as long as the change itself.
CREATE OR REPLACE FUNCTION record_count()
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_done    recorder_progress;
    v_from    bigint;
    v_users   actor_pixels[];
    v_agents  actor_pixels[];
    v_events  bigint;
    v_placed  bigint;
    v_actors  bigint;
BEGIN
    SELECT * INTO STRICT v_done FROM recorder_progress FOR UPDATE;

    IF (v_done.counted_epoch, v_done.counted_seq)
       >= (v_done.epoch, v_done.seq)
    THEN
        RETURN 0;
    END IF;

    -- An epoch begins only after all before it is counted.
    v_from := CASE WHEN v_done.counted_epoch = v_done.epoch
                   THEN v_done.counted_seq ELSE 0 END;

    WITH actors AS (
        SELECT e.user_id, e.agent_id, count(*) AS pixels,
               max(e.created_at) AS last_at
          FROM pixel_events e
         WHERE e.epoch = v_done.epoch
           AND e.seq > v_from
           AND e.seq <= v_done.seq
         GROUP BY e.user_id, e.agent_id
    )
    SELECT array_agg((user_id, pixels, last_at)::actor_pixels)
               FILTER (WHERE user_id IS NOT NULL),
           array_agg((agent_id, pixels, last_at)::actor_pixels)
               FILTER (WHERE agent_id IS NOT NULL),
           coalesce(sum(pixels), 0),
           coalesce(sum(pixels) FILTER (WHERE num_nonnulls(user_id,
                                                           agent_id) = 1),
                    0)
      INTO v_users, v_agents, v_events, v_placed
      FROM actors;

    PERFORM record_count_users(v_users);
    PERFORM record_count_agents(v_agents);

    -- A week that waits for its predecessor's archive is counted by the turn.
    IF coalesce(v_done.epoch < next_week_epoch(), true) THEN
        v_actors := record_count_week(v_users, v_agents);

        UPDATE current_canvas
           SET total_pixels_this_week = total_pixels_this_week + v_placed,
               unique_contributors_this_week = unique_contributors_this_week
                                               + v_actors,
               canvas_version = canvas_version + v_events,
               updated_at = now();
    END IF;

    UPDATE recorder_progress SET counted_epoch = epoch, counted_seq = seq;

    RETURN v_events;
END
$$;

COMMENT ON FUNCTION record_count() IS
    'Adds what is recorded and not counted yet to the counters of its actors
and, when it belongs to the week of current_canvas, to those of the week.
What nobody placed counts in canvas_version
alone.  Returns the number of events';

REVOKE ALL ON FUNCTION record_count() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_count() TO canvas_service;
