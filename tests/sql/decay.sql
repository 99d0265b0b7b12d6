-- What fades: every pixel that nobody painted again, and no other one.

BEGIN;
SELECT plan(31);

CREATE FUNCTION pg_temp.at(p_second int) RETURNS timestamptz LANGUAGE sql
RETURN timestamptz '2026-01-27 12:00+00' + p_second * interval '1 s';

CREATE FUNCTION pg_temp.change(p_epoch bigint, p_seq bigint, p_x int,
                               p_color int, p_second int,
                               p_user text DEFAULT 'ada')
    RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO pixel_events (epoch, seq, x, y, color, old_color, user_id,
                              created_at)
    VALUES (p_epoch, p_seq, p_x, 300, p_color, 15, actor(p_user),
            pg_temp.at(p_second));
    SELECT record_batch_commit(p_epoch, p_seq);
END;

-- the columns of the pixels, and where the walk is
CREATE FUNCTION pg_temp.due(p_second int, p_limit int DEFAULT 100)
    RETURNS TABLE (xs int[], at text, upto text, more boolean) LANGUAGE sql
BEGIN ATOMIC
    SELECT ARRAY(SELECT get_byte(d.pixels, i * 4) * 256
                        + get_byte(d.pixels, i * 4 + 1)
                   FROM generate_series(0, length(d.pixels) / 4 - 1) AS i),
           d.epoch || '-' || d.seq, d.to_epoch || '-' || d.to_seq, d.more
      FROM decay_due(pg_temp.at(p_second), p_limit) d;
END;

CREATE FUNCTION pg_temp.passed() RETURNS text LANGUAGE sql
RETURN (SELECT epoch || '-' || seq FROM decay_progress);

SELECT is(decay_horizon(now()), NULL, 'nothing fades in classic');
SELECT is_empty('SELECT * FROM decay_due(NULL, 10)');

UPDATE current_canvas SET current_game_mode_id =
    (SELECT id FROM game_modes WHERE slug = 'pixel_decay');
SELECT FROM canvas_setup(500, 500, 15,
    ARRAY(SELECT '#' || lpad(to_hex(i), 6, '0')
            FROM generate_series(0, 15) AS i));
SELECT is(decay_horizon('2026-01-02 06:00+00'), '2026-01-01 06:00+00',
          'after 24 hours');
SELECT mark(1, 0, 'init');
SELECT is(xs, '{}', 'nothing placed') FROM pg_temp.due(0);

SELECT pg_temp.change(1, 1, 1, 4, 1);
SELECT pg_temp.change(1, 2, 40000, 4, 2);
SELECT pg_temp.change(1, 3, 3, 15, 3);          -- of that colour already
SELECT pg_temp.change(1, 4, 1, 5, 8);           -- again
SELECT pg_temp.change(1, 5, 5, 5, 9);

SELECT is((xs, at, upto, more)::text, '({40000},1-5,1-3,f)',
          'one of three') FROM pg_temp.due(3);
SELECT is(pg_temp.passed(), '1-1', 'the walk waits for it to fade');
SELECT is(xs, '{40000}', 'as long as that is not recorded')
  FROM pg_temp.due(3);
SELECT pg_temp.change(1, 6, 40000, 15, 20, NULL);
SELECT is((xs, upto)::text, '({},1-3)') FROM pg_temp.due(3);
SELECT is(pg_temp.passed(), '1-3', 'recorded: over it');
SELECT is((xs, upto)::text, '({},1-3)', 'it is not time')
  FROM pg_temp.due(7);
SELECT is((xs, upto)::text, '("{1,5}",1-5)',
          'painted again: its time began anew') FROM pg_temp.due(9);
SELECT is((xs, more)::text, '({1},t)', 'in pieces') FROM pg_temp.due(9, 1);
SELECT is((xs, more)::text, '("{1,5}",f)') FROM pg_temp.due(19, 3);

-- a clock that was set back holds up what is behind, no more
SELECT pg_temp.change(1, 7, 7, 1, 90);
SELECT pg_temp.change(1, 8, 8, 1, 10);
SELECT is(xs, '{1,5}') FROM pg_temp.due(40);
SELECT is(xs, '{1,5,7,8}') FROM pg_temp.due(90);

-- Redis lost the last two: what they had hidden is found again
SELECT pg_temp.change(1, 9, 1, 15, 100, NULL);
SELECT pg_temp.change(1, 10, 5, 15, 100, NULL);
SELECT is(xs, '{7,8}') FROM pg_temp.due(90);
SELECT is(pg_temp.passed(), '1-6');
SELECT mark(2, 8, 'restart');
SELECT is(pg_temp.passed(), '0-0', 'from the beginning');
SELECT is((xs, at)::text, '("{1,5,7,8}",2-8)', 'across an epoch')
  FROM pg_temp.due(90);
SELECT pg_temp.change(2, 9, 7, 15, 100, NULL);
SELECT pg_temp.change(2, 10, 10, 6, 101);
SELECT is(xs, '{1,5,8,10}') FROM pg_temp.due(101);

-- what Redis says has faded long ago is passed over
SELECT decay_passed(1, 5);
SELECT is(xs, '{8,10}') FROM pg_temp.due(101);
SELECT decay_passed(1, 2);
SELECT is(pg_temp.passed(), '1-7', 'it never goes back');

-- other rules
SELECT rules_applied('{"decayHours": 24, "decayToColor": 6}', 0, 0,
                     pg_temp.at(200));
SELECT is(xs, '{3,1,5,40000,8,7}', 'another colour: all of it again')
  FROM pg_temp.due(101);
SELECT is(decay_horizon(pg_temp.at(0)), pg_temp.at(-86400),
          'in force since ever');
SELECT rules_applied('{}', 0, 0, pg_temp.at(200));
SELECT is(decay_horizon(pg_temp.at(999999)), NULL, 'no rule');
SELECT rules_applied('{"decayHours": 1, "decayToColor": 15}', 0, 0,
                     pg_temp.at(3600));
SELECT is(decay_horizon(pg_temp.at(7199)), NULL,
          'what is there has its time when the rule begins');
SELECT is(decay_horizon(pg_temp.at(7200)), pg_temp.at(3600));

-- a fresh canvas
SELECT mark(3, 10, 'reset');
SELECT is(xs, '{}', 'what a reset wiped is gone') FROM pg_temp.due(999);
SELECT pg_temp.change(3, 11, 11, 1, 300);
SELECT is(xs, '{11}') FROM pg_temp.due(999);
SELECT mark(4, 11, 'rotate');
SELECT is(decay_horizon(pg_temp.at(99999)), NULL, 'the page is turned');

-- random painting against a plain array
CREATE FUNCTION pg_temp.model(p_rounds int) RETURNS text LANGUAGE plpgsql
AS $$
DECLARE
    v_color  int[] := array_fill(15, ARRAY[41]);
    v_at     int[] := array_fill(0, ARRAY[41]);
    v_seq    bigint := 11;
    v_want   int[];
    v_have   int[];
    v_x      int;
BEGIN
    FOR v_now IN 1001 .. 1000 + p_rounds LOOP
        FOR v_i IN 1 .. 1 + (random() * 5)::int LOOP
            v_x := 1 + (random() * 40)::int;
            v_color[v_x] := (random() * 15)::int;
            v_at[v_x] := v_now;
            v_seq := v_seq + 1;
            PERFORM pg_temp.change(3, v_seq, v_x, v_color[v_x], v_now);
        END LOOP;

        v_want := ARRAY(SELECT x FROM generate_series(1, 41) AS x
                         WHERE v_at[x] BETWEEN 1 AND v_now - 9
                           AND v_color[x] <> 15);
        v_have := ARRAY(SELECT x
                          FROM pg_temp.due(v_now - 9) d, unnest(d.xs) AS x
                         ORDER BY x);
        IF v_have IS DISTINCT FROM v_want THEN
            RETURN format('second %s: %s instead of %s', v_now, v_have,
                          v_want);
        END IF;

        -- now and then they fade
        IF random() < 0.5 THEN
            FOREACH v_x IN ARRAY v_have LOOP
                v_seq := v_seq + 1;
                v_color[v_x] := 15;
                v_at[v_x] := v_now;
                PERFORM pg_temp.change(3, v_seq, v_x, 15, v_now, NULL);
            END LOOP;
        END IF;
    END LOOP;

    RETURN 'equal';
END
$$;

DELETE FROM canvas_epochs WHERE epoch = 4;
UPDATE recorder_progress SET epoch = 3;
DELETE FROM pixel_events WHERE seq = 11;
SELECT is(pg_temp.model(300), 'equal', 'painted at random');

SELECT * FROM finish();
ROLLBACK;
