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
               hour_pixels = b.pixels + CASE WHEN p.hour = p_hour
                                             THEN p.hour_pixels ELSE 0 END,
               best_hour = greatest(p.best_hour,
                                    b.pixels + CASE WHEN p.hour = p_hour
                                                    THEN p.hour_pixels
                                                    ELSE 0 END),
               hours = p.hours + (p.hour <> p_hour)::integer,
               days = p.days + (p.hour / 24 <> p_hour / 24)::integer,
               hour = p_hour,
               fresh = p.fresh + b.fresh,
               repaints = p.repaints + b.repaints,
               faction = coalesce(b.faction, p.faction),
               colors = p.colors | b.colors
          FROM unnest(p_users) b
         WHERE p.user_id = b.actor_id
        RETURNING p.user_id, p.completed,
                  p.pixels_this_week = b.pixels AS is_new,
                  ARRAY[p.pixels_this_week, p.best_hour, p.hours, p.days,
                        p.fresh, p.repaints, bit_count(p.colors)] AS reached
    ), added AS (
        INSERT INTO user_profiles
            (user_id, pixels_this_week, last_placed_at, hour, hour_pixels,
             best_hour, hours, days, fresh, repaints, faction, colors)
        SELECT b.actor_id, b.pixels, b.last_at, p_hour, b.pixels, b.pixels,
               1, 1, b.fresh, b.repaints, b.faction, b.colors
          FROM unnest(p_users) b
         WHERE b.actor_id NOT IN (SELECT user_id FROM counted)
        RETURNING user_id, completed, true,
                  ARRAY[pixels_this_week, best_hour, hours, days, fresh,
                        repaints, bit_count(colors)]
    ), now AS (
        SELECT * FROM counted UNION ALL SELECT * FROM added
    )
    SELECT (SELECT count(*) FROM now WHERE is_new),
           (SELECT array_agg((n.user_id, false, g.id, n.reached[g.slot],
                              profile_tally(p))::objective_reached)
              FROM now n
              JOIN unnest(v_goals) g
                ON n.reached[g.slot] >= g.target
               AND n.completed & (1::bigint << g.number) = 0
               AND g.scope <> 'agent'
              LEFT JOIN user_profiles p ON p.user_id = n.user_id)
      INTO v_new_users, v_reached;

    SELECT count(*) INTO v_new_agents
      FROM unnest(p_agents) b
     WHERE NOT EXISTS (SELECT FROM contributors_this_week c
                        WHERE c.actor_id = b.actor_id AND c.kind = 'a');

    PERFORM update_agent_weekly_stats(b.actor_id, b.pixels::integer)
       FROM unnest(p_agents) b;

    v_reached := v_reached || record_tally_agents(p_agents, p_hour, v_goals);

    IF v_reached IS NOT NULL THEN
        PERFORM objectives_complete(v_reached, p_epoch, p_from, p_to, p_hour);
        PERFORM objectives_done(v_reached);
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
