CREATE OR REPLACE FUNCTION record_count_week(
    p_users actor_pixels[], p_agents actor_pixels[],
    p_epoch bigint, p_from bigint, p_to bigint, p_hour integer)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_goals       weekly_objectives[];
    v_reached     objective_reached[];
    v_new_users   bigint;
    v_new_agents  bigint;
BEGIN
    SELECT array_agg(w) INTO v_goals
      FROM weekly_objectives w
     WHERE w.archive_id IS NULL AND NOT w.at_week_end;

    -- The join with user_profiles sees what was there before.
    WITH counted AS (
        UPDATE user_profiles p
           SET pixels_this_week = p.pixels_this_week + b.pixels,
               last_placed_at = greatest(p.last_placed_at, b.last_at),
               tally = tally_add(p.tally, b.tally, p_hour)
          FROM unnest(p_users) b
         WHERE p.user_id = b.actor_id
        RETURNING p.user_id, p.tally, p.pixels_this_week = b.pixels AS is_new
    ), added AS (
        INSERT INTO user_profiles
            (user_id, pixels_this_week, last_placed_at, tally)
        SELECT b.actor_id, b.pixels, b.last_at,
               tally_add(NULL, b.tally, p_hour)
          FROM unnest(p_users) b
         WHERE b.actor_id NOT IN (SELECT user_id FROM counted)
        RETURNING user_id, tally, true AS is_new
    ), now AS (
        SELECT * FROM counted UNION ALL SELECT * FROM added
    )
    SELECT (SELECT count(*) FROM now WHERE is_new),
           (SELECT array_agg((n.user_id, false, g.id, p.tally,
                              n.tally)::objective_reached)
              FROM now n
              JOIN unnest(v_goals) g
                ON (n.tally).completed & (1::bigint << g.number) = 0
               AND g.scope <> 'agent'
               AND tally_value(n.tally, g.metric) >= g.target
              LEFT JOIN user_profiles p ON p.user_id = n.user_id)
      INTO v_new_users, v_reached;

    SELECT count(*) INTO v_new_agents
      FROM unnest(p_agents) b
     WHERE b.pixels > 0
       AND NOT EXISTS (SELECT FROM contributors_this_week c
                        WHERE c.actor_id = b.actor_id AND c.kind = 'a');

    PERFORM update_agent_weekly_stats(b.actor_id, b.pixels::integer)
       FROM unnest(p_agents) b
      WHERE b.pixels > 0;

    v_reached := v_reached || record_tally_agents(p_agents, p_hour, v_goals);

    IF v_reached IS NOT NULL THEN
        PERFORM objectives_complete(v_reached, p_epoch, p_from, p_to);
    END IF;

    RETURN v_new_users + v_new_agents;
END
$$;

COMMENT ON FUNCTION record_count_week(actor_pixels[], actor_pixels[], bigint,
                                      bigint, bigint, integer) IS
    'Adds what was placed in an hour of the log to the week of users and
agents, and notes which objectives they completed by it; returns how many of
them had no pixels before';

REVOKE ALL ON FUNCTION record_count_week(actor_pixels[], actor_pixels[],
                                         bigint, bigint, bigint, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_count_week(actor_pixels[], actor_pixels[],
                                            bigint, bigint, bigint, integer)
    TO canvas_service;
