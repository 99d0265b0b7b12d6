CREATE OR REPLACE FUNCTION record_count_hours(
    p_epoch bigint, p_from bigint, p_to bigint,
    p_users actor_pixels[], p_agents actor_pixels[], p_last_hour integer)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_part    record;
    v_new     record;
    v_actors  bigint := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM week_hours WHERE hour >= p_last_hour) THEN
        PERFORM week_hours_add(p_epoch, p_from, p_to);
    END IF;

    FOR v_part IN SELECT * FROM week_parts(p_from, p_to) LOOP
        IF (v_part.from_seq, v_part.to_seq) = (p_from, p_to) THEN
            RETURN record_count_week(p_users, p_agents, p_epoch, p_from, p_to,
                                     v_part.hour);
        END IF;

        v_new := log_tallies(p_epoch, v_part.from_seq, v_part.to_seq, NULL);
        v_actors := v_actors
                    + record_count_week(v_new.users, v_new.agents, p_epoch,
                                        v_part.from_seq, v_part.to_seq,
                                        v_part.hour);
    END LOOP;

    RETURN v_actors;
END
$$;

COMMENT ON FUNCTION record_count_hours(bigint, bigint, bigint, actor_pixels[],
                                       actor_pixels[], integer) IS
    'record_count_week for a stretch of the log, whatever hours it goes over;
with what log_tallies says of it';

REVOKE ALL ON FUNCTION record_count_hours(bigint, bigint, bigint,
                                          actor_pixels[], actor_pixels[],
                                          integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_count_hours(bigint, bigint, bigint,
                                             actor_pixels[], actor_pixels[],
                                             integer) TO canvas_service;
