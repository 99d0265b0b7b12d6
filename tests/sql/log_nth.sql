-- The nth placement of an actor: which one it is, and that finding it reads
-- nothing but what the actor placed before.

BEGIN;
SELECT plan(14);

SET LOCAL client_min_messages = error;

-- entries of the log that were read so far in this transaction
CREATE FUNCTION pg_temp.reads() RETURNS bigint
    LANGUAGE sql AS $$
    SELECT sum(pg_stat_get_xact_tuples_fetched(inhrelid)
               + pg_stat_get_xact_tuples_returned(inhrelid))::bigint
      FROM pg_inherits WHERE inhparent = 'pixel_events'::regclass
$$;

CREATE FUNCTION pg_temp.nth(p_actor text, p_metric text, p_nth bigint,
                            p_from bigint, p_to bigint,
                            p_colors bit(256) DEFAULT B'0'::bit(256))
    RETURNS bigint
    LANGUAGE sql AS $$
    SELECT seq FROM log_nth(actor(p_actor), 1, p_from, p_to, p_metric, p_nth,
                            p_colors)
$$;

-- ada places every second pixel: even ones on bare canvas, colour 0 to 15
SELECT FROM canvas_setup(500, 500, 15, (SELECT palette FROM current_canvas));
INSERT INTO pixel_events
    (epoch, seq, x, y, color, old_color, created_at, user_id)
SELECT 1, n, n % 500, n / 500, n / 4 % 16,
       CASE WHEN n % 4 = 0 THEN 15 ELSE 3 END,
       timestamptz '2026-01-27 12:00:00+00' + n * interval '1 ms',
       actor((ARRAY['ada', 'bob'])[1 + n % 2])
  FROM generate_series(1, 20000) AS n;

SELECT is(pg_temp.nth('ada', 'pixels', 1, 0, 20000), 2::bigint, 'the first');
SELECT is(pg_temp.nth('ada', 'pixels', 10, 0, 20000), 20::bigint, 'the 10th');
SELECT is(pg_temp.nth('ada', 'pixels', 10, 20, 40), 40::bigint,
          'of a stretch');
SELECT is(pg_temp.nth('ada', 'pixels', 11, 20, 40), NULL, 'not so many');
SELECT is(pg_temp.nth('eve', 'pixels', 1, 0, 20000), NULL, 'none at all');
SELECT is(pg_temp.nth('ada', 'fresh', 3, 0, 20000), 12::bigint,
          'on bare canvas');
SELECT is(pg_temp.nth('ada', 'repaints', 3, 0, 20000), 10::bigint,
          'a repaint');
SELECT is(pg_temp.nth('ada', 'repaints', 1, 12, 16), NULL,
          'the colour that was there is none');
SELECT is(pg_temp.nth('ada', 'colors', 1, 0, 20000), 2::bigint, 'a colour');
SELECT is(pg_temp.nth('ada', 'colors', 3, 0, 20000), 8::bigint,
          'the third colour');
SELECT is(pg_temp.nth('ada', 'colors', 2, 0, 20000,
                      set_bit(set_bit(B'0'::bit(256), 0, 1), 2, 1)),
          12::bigint, 'beside those that it had');
SELECT is(pg_temp.nth('ada', 'colors', 17, 0, 20000), NULL,
          'there are no more');

-- a table without statistics, as the week is in its first minutes
CREATE TEMPORARY TABLE before AS SELECT pg_temp.reads() AS n;
SELECT is(pg_temp.nth('ada', 'pixels', 10, 10000, 20000)
          + pg_temp.nth('ada', 'fresh', 10, 10000, 20000)
          + pg_temp.nth('ada', 'colors', 5, 10000, 20000), 30076::bigint,
          'in the middle');
SELECT cmp_ok(pg_temp.reads() - n, '<', 200::bigint, 'few were read')
  FROM before;

SELECT finish();
ROLLBACK;
