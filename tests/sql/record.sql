-- The recorder's part: batches, counters, markers, what Redis lost.

BEGIN;
SELECT plan(64);

SELECT is(canvas_setup.known, false, 'nothing is known yet')
  FROM canvas_setup(500, 500, 15, (SELECT palette FROM current_canvas));

SELECT is(mark(1, 0, 'init', '{"width": 500, "height": 500,
    "background": 15, "week_number": 5, "year": 2026}'), 'recorded');
SELECT is(mark(1, 0, 'init'), 'known', 'the same marker again');
SELECT is((epoch, seq)::text, '(1,0)') FROM record_batch_begin(1, 1, 0);
SELECT is((base_seq, reason, week_number, year, archive_id)::text,
          '(0,init,5,2026,)') FROM canvas_epochs WHERE epoch = 1;

-- a batch of three actors
INSERT INTO users (id, username, password_hash)
VALUES (actor('ada'), 'ada', 'x');
INSERT INTO agents (id, name) VALUES (actor('bot'), 'bot');

SELECT batch_begin();
SELECT stage(1, 1, 5, 'ada');
SELECT stage(1, 6, 7, 'guest');
SELECT stage(1, 8, 10, NULL, 'bot');
SELECT is(batch_commit(1, 10), 10::bigint, 'ten events');

SELECT is((epoch, seq)::text, '(1,10)', 'progress')
  FROM recorder_progress;
SELECT is(count(*), 10::bigint, 'ten rows') FROM pixel_events;
SELECT is((x, y, color, old_color, user_id, agent_id)::text,
          format('(9,0,9,15,,%s)', actor('bot')), 'as they came')
  FROM pixel_events WHERE seq = 9;
SELECT is(weekly()::text, '(10,3)', 'totals of the week');
SELECT is(canvas_version, 10::bigint, 'version') FROM current_canvas;
SELECT results_eq(
    $$SELECT actor_id, kind, pixels FROM contributors_this_week
       ORDER BY kind$$,
    $$VALUES (actor('bot'), 'a', 3::bigint), (actor('guest'), 'g', 2),
             (actor('ada'), 'u', 5)$$, 'contributors');
SELECT is(pixels_placed, 5::bigint, 'a user''s pixels')
  FROM users WHERE username = 'ada';
SELECT is((username, is_guest, password_hash, pixels_placed)::text,
          '(guest-' || left(md5('guest'), 16) || ',t,,2)', 'a guest has a row')
  FROM users WHERE id = actor('guest');
SELECT is(total_pixels, 3::bigint, 'an agent''s pixels')
  FROM agents WHERE name = 'bot';
SELECT is((pixels_placed, archive_id)::text, '(3,)', 'an agent''s week')
  FROM weekly_agent_stats;

-- twice is once
SELECT is(put(1, 1, 10, 'ada'), 0::bigint, 'a batch that is known');
SELECT batch_begin();
SELECT stage(1, 6, 12, 'guest');
SELECT is(batch_commit(1, 12), 2::bigint,
          'a batch that is known in part');
SELECT is(weekly()::text, '(12,3)', 'nobody is counted twice');
SELECT is(pixels_placed, 4::bigint) FROM users WHERE id = actor('guest');

SELECT batch_begin();
SELECT is(batch_commit(1, 14), 0::bigint,
          'entries that are no events move the progress');
SELECT is((epoch, seq)::text, '(1,14)') FROM recorder_progress;

-- an agent without a row
SELECT is(put(1, 15, 16, NULL, 'stray'), 2::bigint);
SELECT is((name, is_active, total_pixels)::text,
          '(agent-' || left(md5('stray'), 16) || ',f,2)')
  FROM agents WHERE id = actor('stray');
SELECT is(weekly()::text, '(14,4)');

-- Redis restarts and has lost 15 and 16
SELECT is(mark(2, 14, 'restart'), 'recorded', 'a restart');
SELECT is(array_agg(seq ORDER BY seq), ARRAY[15, 16]::bigint[],
          'what it lost is kept')
  FROM pixel_events_lost WHERE lost_to_epoch = 2;
SELECT is(max(seq), 12::bigint, 'and is not in the log') FROM pixel_events;
SELECT is(weekly()::text, '(12,3)', 'nor in the totals');
SELECT is(total_pixels, 0::bigint, 'nor in the agent''s')
  FROM agents WHERE id = actor('stray');
SELECT is(pixels_placed, 0, 'nor in its week')
  FROM weekly_agent_stats WHERE agent_id = actor('stray');
SELECT is((week_number, year)::text, '(5,2026)',
          'a restart stays in its week') FROM canvas_epochs WHERE epoch = 2;

SELECT is(put(2, 15, 18, 'ada'), 4::bigint, 'the seqs are used again');
SELECT is(weekly()::text, '(16,3)');

-- and once more, over two epochs
SELECT is(mark(3, 18, 'restart'), 'recorded');
SELECT is(put(3, 19, 20, 'late'), 2::bigint);
SELECT is(weekly()::text, '(18,4)');
SELECT is(mark(4, 11, 'restart'), 'recorded');
SELECT is(count(*), 7::bigint, 'seven more are lost')
  FROM pixel_events_lost WHERE lost_to_epoch = 4;
SELECT is(weekly()::text, '(11,3)', 'a contributor is lost with them');
SELECT is((SELECT pixels_placed FROM users WHERE id = actor('guest')),
          3::bigint);
SELECT is((SELECT pixels_this_week FROM user_profiles
            WHERE user_id = actor('late')), 0::bigint);
SELECT is((SELECT sum(pixels)::bigint FROM contributors_this_week), 11::bigint,
          'counters and log agree');

-- markers that contradict the log
SELECT is(record_marker(4, 11, 'restart', 1, '{}'), 'conflict',
          'same number, other clock');
SELECT is(mark(4, 9, 'restart'), 'conflict', 'same number, other base');
SELECT is(mark(2, 14, 'restart'), 'known', 'an old one');
SELECT throws_ok($$SELECT mark(9, 11, 'whim')$$, '23514', NULL,
                 'an unknown reason');
SELECT is(mark(5, 11, 'restore', '[1]'), 'recorded', 'json that is no object');

-- another canvas than the one that is recorded
SELECT is(mark(6, 0, 'init'), 'conflict', 'a canvas that began anew');

-- a page that was turned since: it began before this log's last fresh one
SELECT is(mark(6, 11, 'restart',
               format('{"first_epoch": %s}', max(epoch) - 1)::json),
          'turned', 'from before the turn')
  FROM canvas_epochs WHERE reason IN ('init', 'rotate', 'reset');
SELECT is(mark(6, 11, 'restart', '{"first_epoch": "none"}'), 'recorded',
          'nobody says where that page began');
SELECT is(mark(6, 11, 'restart', '{"first_epoch": "none"}'), 'known');

-- an epoch without its marker
SELECT is(put(7, 12, 13, 'ada'), 2::bigint);
SELECT is((base_seq, reason)::text, '(11,found)')
  FROM canvas_epochs WHERE epoch = 7;

-- geometry comes with the marker, nonsense does not
SELECT mark(8, 13, 'restore', '{"width": 300, "height": 200,
                                "background": 3}');
SELECT is((width, height, background)::text, '(300,200,3)')
  FROM current_canvas;
SELECT mark(9, 13, 'restore', '{"width": 0, "height": 200,
                                "background": 99}');
SELECT is((width, height, background)::text, '(300,200,3)')
  FROM current_canvas;

-- names that are taken
SELECT is(spare_name('guest-', 32, actor('ada'), 0),
          'guest-' || left(md5('ada'), 16));
SELECT is(length(spare_name('guest-', 32, actor('ada'), n)), 32)
  FROM generate_series(1, 2) AS n;

-- what the boards in Redis have to count
SELECT mark(10, 13, 'rotate');
SELECT put(10, 14, 17, 'ada');
SELECT put(10, 18, 18, NULL, 'bot');
SELECT set_eq('SELECT * FROM fold_counts(0, 0)',
              $$VALUES (10::bigint, 18::bigint, 'u', actor('ada')::text,
                        4::bigint),
                       (10, 18, 'a', actor('bot')::text, 1)$$,
              'the page that Redis shows, not the one before');
SELECT set_eq('SELECT * FROM fold_counts(10, 15)',
              $$VALUES (10::bigint, 18::bigint, 'u', actor('ada')::text,
                        2::bigint),
                       (10, 18, 'a', actor('bot')::text, 1)$$,
              'behind a position');
SELECT set_eq('SELECT * FROM fold_counts(8, 13, 3)',
              $$VALUES (10::bigint, 16::bigint, 'u', actor('ada')::text,
                        3::bigint)$$, 'in pieces');
SELECT is_empty('SELECT * FROM fold_counts(10, 18)', 'nothing is behind it');
SELECT mark(11, 18, 'restart');
SELECT set_eq('SELECT * FROM fold_counts(10, 18)',
              $$VALUES (11::bigint, 18::bigint, NULL::text, NULL::text,
                        NULL::bigint)$$, 'nobody placed');

SELECT finish();
ROLLBACK;
