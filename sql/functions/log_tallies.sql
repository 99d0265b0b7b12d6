CREATE OR REPLACE FUNCTION log_tallies(
    p_epoch bigint, p_from bigint, p_to bigint, p_actors uuid[],
    OUT users actor_pixels[], OUT agents actor_pixels[], OUT events bigint,
    OUT pixels bigint, OUT last_hour integer, OUT factions boolean)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    c_none  CONSTANT bit(256) := repeat('0', 256)::bit(256);
    v_bare  CONSTANT smallint := (SELECT background FROM current_canvas);
BEGIN
    WITH actors AS (
        SELECT e.user_id, e.agent_id, count(*) AS pixels,
               max(e.created_at) AS last_at,
               -- the last one, below its seq
               (max(e.seq << 8 | e.faction) & 255)::smallint AS faction,
               bit_or(set_bit(c_none, e.color, 1)) AS colors,
               count(*) FILTER (WHERE e.old_color = v_bare
                                  AND e.color <> v_bare) AS fresh,
               count(*) FILTER (WHERE e.old_color <> v_bare
                                  AND e.color <> e.old_color) AS repaints
          FROM pixel_events e
         WHERE e.epoch = p_epoch
           AND e.seq > p_from
           AND e.seq <= p_to
           AND (p_actors IS NULL
                OR coalesce(e.user_id, e.agent_id) = ANY (p_actors))
         GROUP BY e.user_id, e.agent_id
    ), tallies AS (
        SELECT a.user_id, a.agent_id, a.pixels, a.last_at, a.faction,
               (coalesce(a.user_id, a.agent_id), a.pixels, a.last_at,
                a.colors, a.fresh, a.repaints,
                a.faction)::actor_pixels AS what
          FROM actors a
    )
    SELECT array_agg(t.what) FILTER (WHERE t.user_id IS NOT NULL),
           array_agg(t.what) FILTER (WHERE t.agent_id IS NOT NULL),
           coalesce(sum(t.pixels), 0),
           coalesce(sum(t.pixels)
                        FILTER (WHERE num_nonnulls(t.user_id,
                                                   t.agent_id) > 0), 0),
           floor(date_part('epoch', max(t.last_at)) / 3600),
           max(t.faction) IS NOT NULL
      INTO users, agents, events, pixels, last_hour, factions
      FROM tallies t;
END
$$;

COMMENT ON FUNCTION log_tallies(bigint, bigint, bigint, uuid[]) IS
    'What each actor placed in a stretch of an epoch, or some of them; events
also has what nobody placed.  factions: whether any placed';

REVOKE ALL ON FUNCTION log_tallies(bigint, bigint, bigint, uuid[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_tallies(bigint, bigint, bigint, uuid[])
    TO canvas_service;
