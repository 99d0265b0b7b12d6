-- Three levels, since no window function can look at another one; they all go
-- over the same order.  This is run for millions of rows: width_bucket() says
-- which targets are reached without looking at each.
CREATE OR REPLACE FUNCTION week_pass(p_goals weekly_objectives[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    DELETE FROM week_passed;

    INSERT INTO week_passed
    WITH actors AS (
        SELECT id, false AS agent FROM users
         UNION ALL
        SELECT id, true FROM agents
    ), targets AS (
        SELECT array_agg(target ORDER BY target) FILTER (WHERE slot = 1) AS t1,
               array_agg(target ORDER BY target) FILTER (WHERE slot = 2) AS t2,
               array_agg(target ORDER BY target) FILTER (WHERE slot = 3) AS t3,
               array_agg(target ORDER BY target) FILTER (WHERE slot = 4) AS t4,
               array_agg(target ORDER BY target) FILTER (WHERE slot = 5) AS t5,
               array_agg(target ORDER BY target) FILTER (WHERE slot = 6) AS t6,
               array_agg(target ORDER BY target) FILTER (WHERE slot = 7) AS t7
          FROM unnest(p_goals)
    ), hours AS (
        SELECT w.*, sum(w.pixels) OVER an_hour AS hour_pixels,
               coalesce(lag(w.hour) OVER log, -1) AS hour_before
          FROM week_placed w
          JOIN actors a ON a.id = w.actor_id AND a.agent = w.agent
        WINDOW log AS (PARTITION BY w.actor_id ORDER BY w.hour, w.part),
               an_hour AS (PARTITION BY w.actor_id, w.hour ORDER BY w.part
                           ROWS UNBOUNDED PRECEDING)
    ), sums AS (
        SELECT h.actor_id, h.agent, h.part, h.hour, h.hour_before,
               h.hour_pixels, h.pixels, h.fresh, h.repaints,
               (h.hour <> h.hour_before)::integer AS is_hour,
               (h.hour / 24 <> h.hour_before / 24)::integer AS is_day,
               lead(h.part) OVER log IS NULL AS is_last,
               max(h.last_at) OVER log AS placed_at,
               max(h.faction) OVER log & 255 AS side,
               sum(h.pixels) OVER log AS all_pixels,
               max(h.hour_pixels) OVER log AS best_hour,
               count(*) FILTER (WHERE h.hour <> h.hour_before)
                   OVER log AS hours,
               count(*) FILTER (WHERE h.hour / 24 <> h.hour_before / 24)
                   OVER log AS days,
               sum(h.fresh) OVER log AS all_fresh,
               sum(h.repaints) OVER log AS all_repaints,
               bit_or(h.colors0) OVER log AS c0,
               bit_or(h.colors1) OVER log AS c1,
               bit_or(h.colors2) OVER log AS c2,
               bit_or(h.colors3) OVER log AS c3
          FROM hours h
        WINDOW log AS (PARTITION BY h.actor_id ORDER BY h.hour, h.part
                       ROWS UNBOUNDED PRECEDING)
    ), behind AS (
        SELECT s.*, color_count(s.c0, s.c1, s.c2, s.c3) AS colors,
               coalesce(lag(s.best_hour) OVER log, 0) AS best_before,
               lag(s.c0) OVER log AS before0, lag(s.c1) OVER log AS before1,
               lag(s.c2) OVER log AS before2, lag(s.c3) OVER log AS before3
          FROM sums s
        WINDOW log AS (PARTITION BY s.actor_id ORDER BY s.hour, s.part)
    ), passed AS (
        SELECT b.*, color_count(b.before0, b.before1, b.before2, b.before3)
                        AS colors_before
          FROM behind b
    )
    SELECT p.actor_id, p.agent, p.part, p.is_last, p.placed_at, p.side,
           (p.all_pixels, p.hour, p.hour_pixels, p.best_hour, p.hours, p.days,
            p.all_fresh, p.all_repaints,
            color_bits(p.c0, p.c1, p.c2, p.c3))::objective_tally,
           (p.all_pixels - p.pixels, p.hour_before,
            p.hour_pixels - p.pixels, p.best_before, p.hours - p.is_hour,
            p.days - p.is_day, p.all_fresh - p.fresh,
            p.all_repaints - p.repaints,
            color_bits(p.before0, p.before1, p.before2,
                       p.before3))::objective_tally,
           ARRAY[p.all_pixels, p.best_hour, p.hours, p.days, p.all_fresh,
                 p.all_repaints, p.colors],
           ARRAY[p.all_pixels - p.pixels, p.best_before, p.hours - p.is_hour,
                 p.days - p.is_day, p.all_fresh - p.fresh,
                 p.all_repaints - p.repaints, p.colors_before]
      FROM passed p, targets t
     WHERE p.is_last
        OR width_bucket(p.all_pixels, t.t1)
           <> width_bucket(p.all_pixels - p.pixels, t.t1)
        OR width_bucket(p.best_hour, t.t2) <> width_bucket(p.best_before, t.t2)
        OR width_bucket(p.hours, t.t3)
           <> width_bucket(p.hours - p.is_hour, t.t3)
        OR width_bucket(p.days, t.t4) <> width_bucket(p.days - p.is_day, t.t4)
        OR width_bucket(p.all_fresh, t.t5)
           <> width_bucket(p.all_fresh - p.fresh, t.t5)
        OR width_bucket(p.all_repaints, t.t6)
           <> width_bucket(p.all_repaints - p.repaints, t.t6)
        OR width_bucket(p.colors, t.t7) <> width_bucket(p.colors_before, t.t7);
END
$$;

COMMENT ON FUNCTION week_pass(weekly_objectives[]) IS
    'Fills the session''s temporary table week_passed from week_placed; who has
no row any more is left out';

REVOKE ALL ON FUNCTION week_pass(weekly_objectives[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_pass(weekly_objectives[]) TO canvas_service;
