CREATE OR REPLACE FUNCTION tallies_recount(
    p_goals weekly_objectives[], p_actors uuid[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    UPDATE user_profiles u
       SET pixels_this_week = 0, hour = -1, hour_pixels = 0, best_hour = 0,
           hours = 0, days = 0, fresh = 0, repaints = 0, faction = NULL,
           completed = 0, colors = B'0'::bit(256)
     WHERE (u.hour >= 0 OR u.pixels_this_week > 0)
       AND (p_actors IS NULL OR u.user_id = ANY (p_actors))
       AND NOT EXISTS (SELECT FROM week_passed p
                        WHERE p.actor_id = u.user_id AND NOT p.agent);

    INSERT INTO user_profiles AS u
        (user_id, pixels_this_week, last_placed_at, hour, hour_pixels,
         best_hour, hours, days, fresh, repaints, faction, completed, colors)
    SELECT p.actor_id, (p.tally).pixels, p.last_at, (p.tally).hour,
           (p.tally).hour_pixels, (p.tally).best_hour, (p.tally).hours,
           (p.tally).days, (p.tally).fresh, (p.tally).repaints, p.faction,
           coalesce((SELECT bit_or(1::bigint << g.number)
                       FROM unnest(p_goals) g
                      WHERE p.reached[g.slot] >= g.target
                        AND g.scope <> 'agent'), 0),
           (p.tally).colors
      FROM week_passed p
     WHERE p.is_last AND NOT p.agent
        ON CONFLICT (user_id) DO UPDATE
       SET pixels_this_week = excluded.pixels_this_week,
           last_placed_at = greatest(u.last_placed_at,
                                     excluded.last_placed_at),
           hour = excluded.hour, hour_pixels = excluded.hour_pixels,
           best_hour = excluded.best_hour, hours = excluded.hours,
           days = excluded.days, fresh = excluded.fresh,
           repaints = excluded.repaints, faction = excluded.faction,
           completed = excluded.completed, colors = excluded.colors;

    DELETE FROM agent_tallies
     WHERE p_actors IS NULL OR agent_id = ANY (p_actors);

    INSERT INTO agent_tallies
        (agent_id, pixels, hour, hour_pixels, best_hour, hours, days, fresh,
         repaints, faction, completed, colors)
    SELECT p.actor_id, (p.tally).pixels, (p.tally).hour,
           (p.tally).hour_pixels, (p.tally).best_hour, (p.tally).hours,
           (p.tally).days, (p.tally).fresh, (p.tally).repaints, p.faction,
           coalesce((SELECT bit_or(1::bigint << g.number)
                       FROM unnest(p_goals) g
                      WHERE p.reached[g.slot] >= g.target
                        AND g.scope <> 'user'), 0),
           (p.tally).colors
      FROM week_passed p
     WHERE p.is_last AND p.agent;
END
$$;

COMMENT ON FUNCTION tallies_recount(weekly_objectives[], uuid[]) IS
    'Sets what user_profiles and agent_tallies say of the running week to what
week_passed does, for some actors or for everybody (NULL)';

REVOKE ALL ON FUNCTION tallies_recount(weekly_objectives[], uuid[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tallies_recount(weekly_objectives[], uuid[])
    TO canvas_service;
