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
    v_new     record;
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

    v_new := log_tallies(v_done.epoch, v_from, v_done.seq, NULL);

    PERFORM record_count_users(v_new.users);
    PERFORM record_count_agents(v_new.agents);

    -- A week that waits for its predecessor's archive is counted by the turn.
    IF coalesce(v_done.epoch < next_week_epoch(), true) THEN
        v_actors := record_count_hours(v_done.epoch, v_from, v_done.seq,
                                       v_new.users, v_new.agents,
                                       v_new.last_hour);

        -- Who has no faction, and what fades, takes territory too.
        IF v_new.factions OR EXISTS (SELECT FROM faction_owners) THEN
            PERFORM record_count_factions(v_done.epoch, v_from, v_done.seq);
        END IF;

        UPDATE current_canvas
           SET total_pixels_this_week = total_pixels_this_week
                                        + v_new.pixels,
               unique_contributors_this_week = unique_contributors_this_week
                                               + v_actors,
               canvas_version = canvas_version + v_new.events,
               updated_at = now();
    END IF;

    UPDATE recorder_progress SET counted_epoch = epoch, counted_seq = seq;

    RETURN v_new.events;
END
$$;

COMMENT ON FUNCTION record_count() IS
    'Adds what is recorded and not counted yet to the counters of its actors
and, when it belongs to the week of current_canvas, to those of the week.
What nobody placed counts in canvas_version
alone.  Returns the number of events';

REVOKE ALL ON FUNCTION record_count() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_count() TO canvas_service;
