-- Random weeks: batches, repeated batches, restarts that lose entries, turns,
-- archives late or at once.  After each step every counter is compared with
-- what a plain list of the surviving entries says.

BEGIN;
SELECT plan(9);

SET LOCAL client_min_messages = error;
SELECT setseed(0.42);

-- the naive model: each entry with the number of its week
CREATE TEMPORARY TABLE model (
    epoch bigint, seq bigint, actor uuid, agent boolean, week integer);
CREATE TEMPORARY TABLE mistakes (step integer, what text);
CREATE TEMPORARY TABLE tally (what text PRIMARY KEY, n integer);

INSERT INTO agents (id, name) VALUES (actor('bot1'), 'bot1'),
                                     (actor('bot2'), 'bot2');

CREATE FUNCTION pg_temp.check_all(p_step integer, p_week integer)
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mistakes
    SELECT p_step, 'log' WHERE EXISTS (
        (SELECT epoch, seq, coalesce(user_id, agent_id) FROM pixel_events
         EXCEPT SELECT epoch, seq, actor FROM model)
        UNION ALL
        (SELECT epoch, seq, actor FROM model
         EXCEPT SELECT epoch, seq, coalesce(user_id, agent_id)
           FROM pixel_events))
    UNION ALL
    SELECT p_step, 'totals of the week'
      FROM current_canvas c,
           (SELECT count(*) AS n, count(DISTINCT actor) AS actors
              FROM model WHERE week = p_week) AS m
     WHERE (c.total_pixels_this_week, c.unique_contributors_this_week)
           <> (m.n, m.actors)
    UNION ALL
    SELECT p_step, 'contributors' WHERE EXISTS (
        (SELECT actor_id, pixels FROM contributors_this_week
         EXCEPT SELECT actor, count(*) FROM model WHERE week = p_week
                 GROUP BY actor)
        UNION ALL
        (SELECT actor, count(*) FROM model WHERE week = p_week GROUP BY actor
         EXCEPT SELECT actor_id, pixels FROM contributors_this_week))
    UNION ALL
    SELECT p_step, 'lifetime of users' FROM users u
     WHERE u.pixels_placed <> (SELECT count(*) FROM model
                                WHERE actor = u.id)
    UNION ALL
    SELECT p_step, 'lifetime of agents' FROM agents a
     WHERE a.total_pixels <> (SELECT count(*) FROM model WHERE actor = a.id);
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
    v_id       bigint;
    v_dice     double precision;
    v_n        integer;
    v_name     text;
    v_agent    boolean;
    v_what     text;
BEGIN
    PERFORM mark(1, 0, 'init');

    FOR v_step IN 1 .. p_steps LOOP
        v_dice := random();

        IF v_dice < 0.6 THEN
            v_what := 'batch';
            PERFORM batch_begin();

            -- some of it is known already
            FOR v_n IN greatest(v_seq - 3, v_base + 1) .. v_seq LOOP
                IF EXISTS (SELECT FROM model
                            WHERE epoch = v_epoch AND seq = v_n) THEN
                    PERFORM stage(v_epoch, v_n, v_n, 'again');
                END IF;
            END LOOP;

            FOR v_n IN 1 .. 1 + floor(random() * 12) LOOP
                v_seq := v_seq + 1;
                v_agent := random() < 0.3;
                v_name := CASE WHEN v_agent
                               THEN 'bot' || 1 + floor(random() * 2)
                               ELSE 'user' || floor(random() * 6) END;
                PERFORM stage(v_epoch, v_seq, v_seq,
                              CASE WHEN NOT v_agent THEN v_name END,
                              CASE WHEN v_agent THEN v_name END);
                INSERT INTO model VALUES (v_epoch, v_seq, actor(v_name),
                                          v_agent, v_placing);
            END LOOP;
            PERFORM batch_commit(v_epoch, v_seq);

        ELSIF v_dice < 0.8 THEN
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
            v_week := v_week + 1;
        END IF;

        INSERT INTO tally VALUES (v_what, 1)
            ON CONFLICT (what) DO UPDATE SET n = tally.n + 1;
        PERFORM pg_temp.check_all(v_step, v_week);
    END LOOP;
END
$$;

SELECT pg_temp.play(400);

SELECT is_empty('SELECT * FROM mistakes ORDER BY step LIMIT 5',
                'every counter, after every step');
SELECT cmp_ok(n, '>=', 20, 'many a ' || what) FROM tally ORDER BY what;
SELECT cmp_ok(count(*), '>=', 100::bigint, 'entries were lost')
  FROM pixel_events_lost;
SELECT results_eq(
    $$SELECT total_pixels_placed, unique_contributors FROM canvas_archives
       ORDER BY new_epoch$$,
    $$SELECT count(m.seq), count(DISTINCT m.actor)::integer
        FROM generate_series(1, (SELECT count(*) FROM canvas_archives)) AS w
        LEFT JOIN model m ON m.week = w
       GROUP BY w ORDER BY w$$, 'each archive holds its week');
SELECT results_eq(
    $$SELECT s.agent_id, a.new_epoch, s.pixels_placed::bigint
        FROM weekly_agent_stats s JOIN canvas_archives a ON a.id = s.archive_id
       WHERE s.pixels_placed > 0 ORDER BY 2, 1$$,
    $$SELECT m.actor, a.new_epoch, count(*)
        FROM model m
        JOIN (SELECT row_number() OVER (ORDER BY new_epoch) AS week, new_epoch
                FROM canvas_archives) AS a USING (week)
       WHERE m.agent GROUP BY 1, 2 ORDER BY 2, 1$$, 'and the agents theirs');
SELECT is((SELECT array_agg(seq ORDER BY epoch, seq) FROM pixel_events),
          (SELECT array_agg(n::bigint)
             FROM generate_series(1, (SELECT max(seq) FROM model)) AS n),
          'no seq is missing or twice');

SELECT finish();
ROLLBACK;
