CREATE OR REPLACE FUNCTION record_count(p_this_week boolean)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
-- UPDATE, then INSERT of the rest: ON CONFLICT would lock each row first, and
-- write a record of that as long as the change itself.
DECLARE
    v_new_users   integer;
    v_new_agents  integer;
BEGIN
    -- Who is not registered is a guest that places for the first time.
    WITH batch AS (
        SELECT user_id, count(*) AS pixels
          FROM record_batch
         WHERE user_id IS NOT NULL
         GROUP BY user_id
    ), counted AS (
        UPDATE users u
           SET pixels_placed = u.pixels_placed + b.pixels
          FROM batch b
         WHERE u.id = b.user_id
        RETURNING u.id
    )
    INSERT INTO users (id, username, is_guest, pixels_placed)
    SELECT user_id, 'guest-' || left(replace(user_id::text, '-', ''), 16),
           true, pixels
      FROM batch
     WHERE user_id NOT IN (SELECT id FROM counted);

    INSERT INTO agents (id, name, is_active, total_pixels)
    SELECT agent_id, 'agent-' || left(replace(agent_id::text, '-', ''), 16),
           false, count(*)
      FROM record_batch
     WHERE agent_id IS NOT NULL
     GROUP BY agent_id
        ON CONFLICT (id) DO UPDATE
       SET total_pixels = agents.total_pixels + excluded.total_pixels;

    -- A week that waits for its predecessor's archive is counted by the turn.
    IF NOT p_this_week THEN
        RETURN;
    END IF;

    WITH batch AS (
        SELECT user_id, count(*) AS pixels, max(created_at) AS last_at
          FROM record_batch
         WHERE user_id IS NOT NULL
         GROUP BY user_id
    ), counted AS (
        UPDATE user_profiles p
           SET pixels_this_week = p.pixels_this_week + b.pixels,
               last_placed_at = greatest(p.last_placed_at, b.last_at)
          FROM batch b
         WHERE p.user_id = b.user_id
        RETURNING p.user_id, p.pixels_this_week = b.pixels AS is_new
    ), added AS (
        INSERT INTO user_profiles (user_id, pixels_this_week, last_placed_at)
        SELECT user_id, pixels, last_at
          FROM batch
         WHERE user_id NOT IN (SELECT user_id FROM counted)
        RETURNING user_id
    )
    SELECT (SELECT count(*) FROM counted WHERE is_new)
           + (SELECT count(*) FROM added)
      INTO v_new_users;

    SELECT count(DISTINCT b.agent_id) INTO v_new_agents
      FROM record_batch b
     WHERE b.agent_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM contributors_this_week c
                        WHERE c.actor_id = b.agent_id AND c.kind = 'a');

    PERFORM update_agent_weekly_stats(agent_id, count(*)::integer)
       FROM record_batch
      WHERE agent_id IS NOT NULL
      GROUP BY agent_id;

    UPDATE current_canvas
       SET total_pixels_this_week = total_pixels_this_week + b.events,
           unique_contributors_this_week = unique_contributors_this_week
                                           + v_new_users + v_new_agents,
           canvas_version = canvas_version + b.events,
           updated_at = now()
      FROM (SELECT count(*) AS events FROM record_batch) AS b;
END
$$;

COMMENT ON FUNCTION record_count(boolean) IS
    'Adds the events in record_batch to the counters of their actors and, when
they belong to the week of current_canvas, to those of the week';

REVOKE ALL ON FUNCTION record_count(boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_count(boolean) TO canvas_service;
