-- Random weeks of factions on a small canvas: members, people without a
-- faction, pixels that fade, resets, restarts that lose entries, turns.  After
-- each step the standings are compared with what a loop over the surviving
-- entries says.

BEGIN;
SELECT plan(9);

SET LOCAL client_min_messages = error;
SELECT setseed(0.61);

-- the naive model: each entry with the number of its week and of its canvas
CREATE TEMPORARY TABLE model (
    epoch bigint, seq bigint, x integer, y integer, faction smallint,
    actor uuid, week integer, canvas integer);
CREATE TEMPORARY TABLE mistakes (step integer, what text, is_now text,
                                 should_be text);
CREATE TEMPORARY TABLE tally (what text PRIMARY KEY, n integer);

UPDATE current_canvas SET factions = ARRAY['red', 'blue', 'green'];

CREATE FUNCTION pg_temp.check_all(
    p_step integer, p_what text, p_week integer, p_canvas integer)
    RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_owner   integer[] := array_fill(0, ARRAY[16]);
    v_pixels  integer[] := '{0,0,0}';
    v_land    integer[] := '{0,0,0}';
    v_should  text;
    v_is      text;
    e         record;
BEGIN
    FOR e IN SELECT * FROM model WHERE week = p_week ORDER BY epoch, seq LOOP
        IF e.faction IS NOT NULL THEN
            v_pixels[e.faction] := v_pixels[e.faction] + 1;
        END IF;

        IF e.canvas = p_canvas THEN
            v_owner[e.y * 4 + e.x + 1] := coalesce(e.faction, 0);
        END IF;
    END LOOP;

    FOR v_n IN 1 .. 16 LOOP
        IF v_owner[v_n] > 0 THEN
            v_land[v_owner[v_n]] := v_land[v_owner[v_n]] + 1;
        END IF;
    END LOOP;

    v_should := concat(v_pixels, v_land);

    SELECT concat(array_agg(pixels ORDER BY number),
                  array_agg(territory ORDER BY number))
      INTO v_is
      FROM v_faction_standings;

    IF v_is <> v_should THEN
        INSERT INTO mistakes VALUES (p_step, p_what, v_is, v_should);
    END IF;
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
    v_canvas   integer := 1;
    v_shown    integer := 1;    -- the canvas of current_canvas
    v_id       bigint;
    v_dice     double precision;
    v_what     text;
BEGIN
    PERFORM mark(1, 0, 'init');

    FOR v_step IN 1 .. p_steps LOOP
        v_dice := random();

        IF v_dice < 0.7 THEN
            v_what := 'batch';
            PERFORM batch_begin();

            FOR v_n IN 1 .. 1 + floor(random() * 8) LOOP
                v_seq := v_seq + 1;
                v_dice := random();

                INSERT INTO model
                VALUES (v_epoch, v_seq, floor(random() * 4),
                        floor(random() * 4),
                        CASE WHEN v_dice < 0.7
                             THEN 1 + floor(random() * 3) END,
                        CASE WHEN v_dice < 0.85
                             THEN actor('user' || floor(random() * 5)) END,
                        v_placing, v_canvas);
            END LOOP;

            INSERT INTO record_batch
            SELECT epoch, seq, x, y, 3, 15, actor, NULL, NULL,
                   '2026-01-27 12:00:00+00', faction
              FROM model
             WHERE epoch = v_epoch AND seq > v_base;

            PERFORM batch_commit(v_epoch, v_seq);

        ELSIF v_dice < 0.82 THEN
            v_what := 'restart';
            v_seq := v_seq - floor(random() * least(12, v_seq - v_base + 1));
            v_epoch := v_epoch + 1;
            PERFORM mark(v_epoch, v_seq, 'restart');
            DELETE FROM model WHERE seq > v_seq;

        ELSIF v_dice < 0.9 THEN
            v_what := 'reset';
            v_epoch := v_epoch + 1;
            v_base := v_seq;
            v_canvas := v_canvas + 1;
            v_shown := CASE WHEN v_id IS NULL THEN v_canvas ELSE v_shown END;
            PERFORM mark(v_epoch, v_seq, 'reset');

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
            v_canvas := v_canvas + 1;
            PERFORM mark(v_epoch, v_seq, 'rotate');

        ELSE
            v_what := 'archive';
            PERFORM archive_and_reset_week(image());
            PERFORM rotation_step(v_id, 'imaged');
            PERFORM rotation_step(v_id, 'done');
            v_id := NULL;
            v_week := v_placing;
            v_shown := v_canvas;
            UPDATE current_canvas SET factions = ARRAY['red', 'blue', 'green'];
        END IF;

        INSERT INTO tally VALUES (v_what, 1)
            ON CONFLICT (what) DO UPDATE SET n = tally.n + 1;
        PERFORM pg_temp.check_all(v_step, v_what, v_week, v_shown);
    END LOOP;
END
$$;

SELECT pg_temp.play(400);

SELECT is_empty('SELECT * FROM mistakes ORDER BY step LIMIT 5',
                'pixels and territory, after every step');
SELECT cmp_ok(n, '>=', 10, 'many a ' || what) FROM tally ORDER BY what;
SELECT cmp_ok(count(*), '>=', 100::bigint, 'entries were lost')
  FROM pixel_events_lost;

SELECT is((SELECT sum(territory) FROM faction_tallies)::bigint,
          (SELECT count(*) FROM faction_owners),
          'every pixel that is owned is of one territory');
SELECT is_empty(
    $$SELECT * FROM json_array_elements(api_factions() -> 'factions') f
       WHERE (f ->> 'territory')::bigint NOT BETWEEN 0 AND 16$$,
    'and is told');

SELECT * FROM finish();
ROLLBACK;
