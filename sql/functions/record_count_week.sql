CREATE OR REPLACE FUNCTION record_count_week(
    p_users actor_pixels[], p_agents actor_pixels[])
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_new_users   bigint;
    v_new_agents  bigint;
BEGIN
    WITH counted AS (
        UPDATE user_profiles p
           SET pixels_this_week = p.pixels_this_week + b.pixels,
               last_placed_at = greatest(p.last_placed_at, b.last_at)
          FROM unnest(p_users) b
         WHERE p.user_id = b.actor_id
        RETURNING p.user_id, p.pixels_this_week = b.pixels AS is_new
    ), added AS (
        INSERT INTO user_profiles (user_id, pixels_this_week, last_placed_at)
        SELECT b.actor_id, b.pixels, b.last_at
          FROM unnest(p_users) b
         WHERE b.actor_id NOT IN (SELECT user_id FROM counted)
        RETURNING user_id
    )
    SELECT (SELECT count(*) FROM counted WHERE is_new)
           + (SELECT count(*) FROM added)
      INTO v_new_users;

    SELECT count(*) INTO v_new_agents
      FROM unnest(p_agents) b
     WHERE NOT EXISTS (SELECT FROM contributors_this_week c
                        WHERE c.actor_id = b.actor_id AND c.kind = 'a');

    PERFORM update_agent_weekly_stats(b.actor_id, b.pixels::integer)
       FROM unnest(p_agents) b;

    RETURN v_new_users + v_new_agents;
END
$$;

COMMENT ON FUNCTION record_count_week(actor_pixels[], actor_pixels[]) IS
    'Adds pixels to the week of users and agents; returns how many of them had
none before';

REVOKE ALL ON FUNCTION record_count_week(actor_pixels[], actor_pixels[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_count_week(actor_pixels[], actor_pixels[])
    TO canvas_service;
