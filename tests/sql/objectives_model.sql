-- Random weeks of objectives: batches over hours and days, a clock that is set
-- back, restarts that lose entries, turns, archives late or at once.  After
-- each step standings and completions are compared with what a loop over the
-- surviving entries says.

BEGIN;
SELECT plan(8);

SET LOCAL client_min_messages = error;
SELECT setseed(0.37);

-- the naive model: each entry with the number of its week
CREATE TEMPORARY TABLE model (
    epoch bigint, seq bigint, actor uuid, agent boolean, week integer,
    color integer, old_color integer, at timestamptz);
CREATE TEMPORARY TABLE mistakes (step integer, what text, n bigint);
CREATE TEMPORARY TABLE tally (what text PRIMARY KEY, n integer);
CREATE TEMPORARY TABLE naive (
    actor uuid, metric text, value bigint, epoch bigint, seq bigint,
    at timestamptz);

INSERT INTO agents (id, name) VALUES (actor('bot1'), 'bot1'),
                                     (actor('bot2'), 'bot2');

CREATE TEMPORARY TABLE target (metric text, n bigint);
INSERT INTO target VALUES ('pixels', 6), ('colors', 4), ('hour_pixels', 4),
                          ('hours', 3), ('days', 2), ('fresh', 3),
                          ('repaints', 3);
UPDATE objective_definitions d SET is_active = false
 WHERE at_week_end OR (metric = 'pixels' AND target > 10);
UPDATE objective_definitions d SET target = t.n
  FROM target t WHERE d.metric = t.metric;
UPDATE objective_definitions SET scope = 'user' WHERE metric = 'fresh';
UPDATE objective_definitions SET scope = 'agent' WHERE metric = 'repaints';
DELETE FROM weekly_objectives;
SELECT objectives_begin();

-- plain loops, one value after the other
CREATE FUNCTION pg_temp.count_naively(p_week integer) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    v_targets  CONSTANT jsonb := (SELECT jsonb_object_agg(metric, n)
                                    FROM target);
    v_metrics  CONSTANT text[] := (SELECT array_agg(metric) FROM target);
    e          record;
    v_metric   text;
    v_actor    uuid;
    v_values   jsonb;
    v_done     jsonb;
    v_colors   integer[];
    v_hour     bigint;
    v_day      bigint;
    v_in       bigint;
    v_now      bigint;
BEGIN
    TRUNCATE naive;

    FOR e IN SELECT *, lead(actor) OVER w IS DISTINCT FROM actor AS is_last,
                    max(at) OVER (ORDER BY epoch, seq) AS latest
               FROM model
              WHERE week = p_week
             WINDOW w AS (ORDER BY actor, epoch, seq)
              ORDER BY actor, epoch, seq
    LOOP
        IF e.actor IS DISTINCT FROM v_actor THEN
            v_actor := e.actor;
            v_colors := '{}';
            v_hour := -1;
            v_day := -1;
            v_in := 0;
            v_done := '{}';
            v_values := '{"pixels": 0, "hour_pixels": 0, "hours": 0,
                          "days": 0, "fresh": 0, "repaints": 0}';
        END IF;

        v_now := extract(epoch FROM date_trunc('hour', e.latest))::bigint
                 / 3600;

        IF v_now > v_hour THEN
            v_hour := v_now;
            v_in := 0;
            v_values := v_values || jsonb_build_object('hours',
                            (v_values ->> 'hours')::int + 1);
        END IF;

        IF v_hour / 24 > v_day THEN
            v_day := v_hour / 24;
            v_values := v_values || jsonb_build_object('days',
                            (v_values ->> 'days')::int + 1);
        END IF;

        v_in := v_in + 1;

        IF NOT e.color = ANY (v_colors) THEN
            v_colors := v_colors || e.color;
        END IF;

        v_values := v_values || jsonb_build_object(
            'pixels', (v_values ->> 'pixels')::int + 1,
            'colors', cardinality(v_colors),
            'hour_pixels', greatest((v_values ->> 'hour_pixels')::int, v_in),
            'fresh', (v_values ->> 'fresh')::int
                     + (e.old_color = 15 AND e.color <> 15)::int,
            'repaints', (v_values ->> 'repaints')::int
                        + (e.old_color <> 15 AND e.color <> e.old_color)::int);

        FOREACH v_metric IN ARRAY v_metrics LOOP
            IF NOT v_done ? v_metric
               AND (v_values ->> v_metric)::int
                   >= (v_targets ->> v_metric)::int
            THEN
                v_done := v_done || jsonb_build_object(v_metric, to_jsonb(e));
            END IF;
        END LOOP;

        CONTINUE WHEN NOT e.is_last;

        INSERT INTO naive
        SELECT e.actor, m, (v_values ->> m)::int,
               (v_done #>> ARRAY[m, 'epoch'])::bigint,
               (v_done #>> ARRAY[m, 'seq'])::bigint,
               (v_done #>> ARRAY[m, 'at'])::timestamptz
          FROM unnest(v_metrics) AS m
         WHERE (v_values ->> m)::int > 0
           AND m <> CASE WHEN e.agent THEN 'fresh' ELSE 'repaints' END;
    END LOOP;
END
$$;

CREATE FUNCTION pg_temp.check_all(p_step integer, p_week integer)
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.count_naively(p_week);

    INSERT INTO mistakes
    SELECT p_step, 'standings', count(*)
      FROM (SELECT coalesce(s.user_id, s.agent_id) AS actor, w.metric, s.value
              FROM v_objective_standings s
              JOIN weekly_objectives w ON w.id = s.weekly_objective_id) AS s
      FULL JOIN naive n USING (actor, metric)
     WHERE s.value IS DISTINCT FROM n.value
    HAVING count(*) > 0
     UNION ALL
    SELECT p_step, 'completions', count(*)
      FROM (SELECT coalesce(p.user_id, p.agent_id) AS actor, w.metric,
                   p.completed_epoch, p.completed_seq, p.completed_at
              FROM objective_progress p
              JOIN weekly_objectives w ON w.id = p.weekly_objective_id
             WHERE w.archive_id IS NULL) AS p
      FULL JOIN (SELECT * FROM naive WHERE seq IS NOT NULL) AS n
           USING (actor, metric)
     WHERE (p.completed_epoch, p.completed_seq, p.completed_at)
           IS DISTINCT FROM (n.epoch, n.seq, n.at)
    HAVING count(*) > 0;
END
$$;

-- the values and completions that a closed week keeps
CREATE FUNCTION pg_temp.check_archive(p_step integer, p_week integer)
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.count_naively(p_week);

    INSERT INTO mistakes
    SELECT p_step, 'archive', count(*)
      FROM (SELECT coalesce(p.user_id, p.agent_id) AS actor, w.metric,
                   p.value, p.completed_seq
              FROM objective_progress p
              JOIN weekly_objectives w ON w.id = p.weekly_objective_id
             WHERE w.archive_id = (SELECT id FROM canvas_archives
                                    ORDER BY new_epoch DESC LIMIT 1)) AS p
      FULL JOIN naive n USING (actor, metric)
     WHERE (p.value, p.completed_seq) IS DISTINCT FROM (n.value, n.seq)
    HAVING count(*) > 0
     UNION ALL
    SELECT p_step, 'winners', count(*)
      FROM (SELECT d.metric, w.value ->> 'winner_id' AS actor,
                   w.value ->> 'value' AS value,
                   w.value ->> 'completed' AS completed
              FROM canvas_archives a,
                   jsonb_each(a.stats -> 'objectives_completed') w
              JOIN objective_definitions d ON d.slug = w.key
             WHERE a.id = (SELECT id FROM canvas_archives
                            ORDER BY new_epoch DESC LIMIT 1)) AS w
      FULL JOIN (SELECT DISTINCT ON (metric) metric, actor::text,
                        value::text,
                        (count(*) OVER (PARTITION BY metric))::text
                            AS completed
                   FROM naive WHERE seq IS NOT NULL
                  ORDER BY metric, naive.value DESC, epoch, seq) AS n
           USING (metric, actor, value, completed)
     WHERE w.actor IS NULL OR n.actor IS NULL
    HAVING count(*) > 0;
END
$$;

CREATE FUNCTION pg_temp.play(p_steps integer) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    v_epoch    bigint := 1;
    v_seq      bigint := 0;
    v_base     bigint := 0;     -- nothing before it can be lost
    v_week     integer := 1;    -- of current_canvas
    v_placing  integer := 1;    -- of Redis
    v_clock    timestamptz := '2026-01-27 12:00:00+00';
    v_id       bigint;
    v_dice     double precision;
    v_name     text;
    v_agent    boolean;
    v_what     text;
BEGIN
    PERFORM mark(1, 0, 'init');

    FOR v_step IN 1 .. p_steps LOOP
        v_dice := random();

        IF v_dice < 0.7 THEN
            v_what := 'batch';
            PERFORM batch_begin();

            FOR v_n IN 1 .. 1 + floor(random() * 15) LOOP
                v_seq := v_seq + 1;
                v_agent := random() < 0.3;
                v_name := CASE WHEN v_agent
                               THEN 'bot' || 1 + floor(random() * 2)
                               ELSE 'user' || floor(random() * 5) END;
                v_clock := v_clock + CASE
                    WHEN random() < 0.6 THEN interval '1 second'
                    WHEN random() < 0.8 THEN interval '23 minutes'
                    WHEN random() < 0.7 THEN interval '11 hours'
                    ELSE - interval '47 minutes' END;

                INSERT INTO model
                VALUES (v_epoch, v_seq, actor(v_name), v_agent, v_placing,
                        floor(random() * 16), CASE WHEN random() < 0.5 THEN 15
                        ELSE floor(random() * 16) END, v_clock);
            END LOOP;

            INSERT INTO record_batch
            SELECT epoch, seq, seq % 500, 0, color, old_color,
                   CASE WHEN NOT agent THEN actor END,
                   CASE WHEN agent THEN actor END, NULL, at
              FROM model
             WHERE epoch = v_epoch AND seq > v_base;

            PERFORM batch_commit(v_epoch, v_seq);

        ELSIF v_dice < 0.85 THEN
            v_what := 'restart';
            v_seq := v_seq - floor(random() * least(20, v_seq - v_base + 1));
            v_epoch := v_epoch + 1;
            PERFORM mark(v_epoch, v_seq, 'restart');
            DELETE FROM model WHERE seq > v_seq;

        ELSIF v_id IS NULL THEN
            v_what := 'turn';
            SELECT id INTO STRICT v_id
              FROM rotation_begin(v_epoch, 'classic', true);
            PERFORM rotation_step(v_id, 'turned', p_closing_epoch => v_epoch,
                                  p_new_epoch => v_epoch + 1,
                                  p_turned_seq => v_seq);
            v_epoch := v_epoch + 1;
            v_base := v_seq;
            v_placing := v_placing + 1;
            PERFORM mark(v_epoch, v_seq, 'rotate');

        ELSE
            v_what := 'archive';
            PERFORM archive_and_reset_week(image());
            PERFORM rotation_step(v_id, 'imaged');
            PERFORM rotation_step(v_id, 'done');
            v_id := NULL;
            PERFORM pg_temp.check_archive(v_step, v_week);
            v_week := v_week + 1;
        END IF;

        INSERT INTO tally VALUES (v_what, 1)
            ON CONFLICT (what) DO UPDATE SET n = tally.n + 1;
        PERFORM pg_temp.check_all(v_step, v_week);
    END LOOP;
END
$$;

SELECT pg_temp.play(300);

SELECT is_empty('SELECT * FROM mistakes ORDER BY step LIMIT 5',
                'every standing and completion, after every step');
SELECT cmp_ok(n, '>=', 15, 'many a ' || what) FROM tally ORDER BY what;
SELECT cmp_ok(count(*), '>=', 100::bigint, 'entries were lost')
  FROM pixel_events_lost;
SELECT is(count(DISTINCT objective_id), 7::bigint, 'each was completed')
  FROM objective_progress WHERE completed_at IS NOT NULL;
SELECT cmp_ok(count(DISTINCT objectives_completed), '>=', 3::bigint,
              'and agents were rewarded')
  FROM weekly_agent_stats WHERE archive_id IS NOT NULL;

SELECT finish();
ROLLBACK;
