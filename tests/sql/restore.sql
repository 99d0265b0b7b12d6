-- What a restore of Redis starts from, snapshots, administrators.

BEGIN;
SELECT plan(31);

SELECT is_empty('SELECT * FROM restore_point()', 'no log, nothing to restore');

SELECT is((width, height, background, cardinality(palette), game_mode,
           known)::text, '(640,480,2,3,classic,f)', 'the first setup counts')
  FROM canvas_setup(640, 480, 2, '{#000000,#888888,#FFFFFF}');
SELECT is(week_started_at, now(), 'the week begins with it')
  FROM current_canvas;
SELECT throws_ok($$SELECT canvas_setup(0, 480, 2, '{a,b,c}')$$, '23514');
SELECT throws_ok($$SELECT canvas_setup(9, 9, 3, '{a,b,c}')$$, '23514');
SELECT FROM canvas_setup(500, 500, 15,
    ARRAY(SELECT '#' || lpad(to_hex(i), 6, '0')
            FROM generate_series(0, 15) AS i));

SELECT mark(1, 0, 'init');
SELECT is((width, known)::text, '(500,t)', 'later ones do not')
  FROM canvas_setup(640, 480, 2, '{#000000,#888888,#FFFFFF}');

SELECT put(1, 1, 10, 'ada');
SELECT is((epoch, seq, canvas_data, width, height, background, game_mode,
           next_epoch > 1700000000000)::text, '(1,0,,500,500,15,classic,t)',
          'plain background, then everything') FROM restore_point();
SELECT is(array_agg(seq), ARRAY[1,2,3,4,5,6,7,8,9,10]::bigint[])
  FROM restore_events(1, 0);
SELECT is((x, y, color)::text, '(4,0,4)')
  FROM restore_events(1, 3) LIMIT 1;

SELECT isnt(snapshot_insert('\x1f8b01', 500, 500, 1, 5), NULL);
SELECT is(snapshot_insert('\x1f8b02', 500, 500, 1, 5),
          (SELECT id FROM canvas_snapshots), 'the same position: the same id');
SELECT is(canvas_data, '\x1f8b01'::bytea) FROM canvas_snapshots;
SELECT throws_ok($$SELECT snapshot_insert('abc', 500, 500, 1, 6)$$, '22023',
                 NULL, 'no gzip');
SELECT throws_ok($$SELECT snapshot_insert(NULL, 500, 500, 1, 6)$$, '22023');
SELECT is((epoch, seq, canvas_data)::text, '(1,5,"\\x1f8b01")',
          'from the snapshot') FROM restore_point();

-- 9 and 10 are lost, and with them a snapshot of 10
SELECT snapshot_insert('\x1f8b03', 500, 500, 1, 10);
SELECT is(seq, 10::bigint) FROM restore_point();
SELECT mark(2, 8, 'restart');
SELECT put(2, 9, 12, 'bob');
SELECT is((epoch, seq, next_epoch > 1700000000000)::text, '(1,5,t)',
          'a snapshot of what was lost is no good') FROM restore_point();
SELECT is(array_agg((epoch, seq)::text),
          ARRAY['(1,6)', '(1,7)', '(1,8)', '(2,9)', '(2,10)', '(2,11)',
                '(2,12)'], 'nor are the entries')
  FROM restore_events(1, 5);

-- even if they were still in the log
INSERT INTO pixel_events (epoch, seq, x, y, color, old_color, user_id,
                          created_at)
VALUES (1, 9, 1, 1, 1, 1, actor('ada'), now());
SELECT is(count(*), 7::bigint, 'the ranges leave them out')
  FROM restore_events(1, 5);
SELECT results_eq('SELECT * FROM log_ranges(1, 5, 9)',
                  $$VALUES (1::bigint, 5::bigint, 8::bigint),
                           (2, 8, 9007199254740991)$$, 'ranges');
DELETE FROM pixel_events WHERE epoch = 1 AND seq = 9;

-- a reset is fresh, a snapshot of another size is not used
SELECT mark(3, 12, 'reset');
SELECT is((epoch, seq, canvas_data)::text, '(3,12,)', 'a reset')
  FROM restore_point();
SELECT snapshot_insert('\x1f8b04', 100, 100, 3, 12);
SELECT is(canvas_data, NULL, 'another size') FROM restore_point();
SELECT snapshot_insert('\x1f8b05', 500, 500, 3, 13);
SELECT is((epoch, seq)::text, '(3,13)') FROM restore_point();

-- the page is turned, its week not archived yet
SELECT is(step, 'chosen') FROM rotation_begin(3, 'speed-run', true);
SELECT FROM rotations r, rotation_step(r.id, 'turned', p_new_epoch => 4,
                                       p_turned_seq => 13);
SELECT mark(4, 13, 'rotate');
SELECT is((p.epoch, p.seq, p.game_mode, p.week_number = r.new_week_number,
           p.next_epoch > 1700000000000)::text, '(4,13,speed-run,t,t)',
          'the new week''s mode and label')
  FROM restore_point() p, rotations r;

-- administrators
SELECT isnt(user_create_admin('root_1', '$2b$12$' || repeat('a', 53)), NULL);
SELECT is((is_admin, is_guest)::text, '(t,f)')
  FROM users WHERE username = 'root_1';
SELECT is(count(*), 1::bigint, 'is written down')
  FROM admin_actions WHERE action_type = 'create_admin';
SELECT throws_ok(
    $$SELECT user_create_admin('ROOT_1', '$2b$12$' || repeat('a', 53))$$,
    '23505', NULL, 'the name is taken');
SELECT throws_ok(
    $$SELECT user_create_admin('r t', '$2b$12$' || repeat('a', 53))$$,
    '23514', NULL, 'no name');
SELECT throws_ok($$SELECT user_create_admin('root_2', 'plain')$$, '22023',
                 NULL, 'no hash');

SELECT finish();
ROLLBACK;
