-- Weeks from a file: staged, indexed, attached, archived; and which part of
-- the log a week is.

BEGIN;
SELECT plan(53);

-- a log of its own, which must not change by an import
SELECT mark(1, 0, 'init');
SELECT put(1, 1, 10, 'ada');

SET LOCAL ROLE canvas_service;
SELECT is(import_begin(repeat('a', 64)), 1000000000::bigint,
          'the first epoch of imports');
SELECT is((suffix, first_at, end_at)::text,
          '(2017w13,"2017-03-27 00:00:00+00","2017-04-03 00:00:00+00")')
  FROM import_week(1490991480000);
SELECT is(suffix, '2020w53', 'a week of the old year')
  FROM import_week(1609459200000);
SELECT is(suffix, '1969w51') FROM import_week(-1000000000);

SELECT import_tables();
SELECT import_rows(1, 1000000000, 1, 20, '2017-04-01 12:00+00');
SELECT import_rows(2, 1000000000, 21, 30, '2017-04-03 12:00+00');

SELECT throws_ok(
    $$SELECT import_archive(1000000000, repeat('a', 64), '2017', 'nothing',
        30, 2, 1, 2, 'AAAA', NULL, 2, 2, 0, '{#000000,#FFFFFF}', '{}')$$,
    '22023',
    'no game mode "nothing"');

CREATE TEMPORARY TABLE made AS
SELECT import_archive(1000000000, repeat('a', 64), '2017', 'classic', 30, 2,
                      1491048001000, 1491220830000, 'AAAA', '\x1f8b', 2, 4, 0,
                      '{#000000,#FFFFFF}',
                      ARRAY[ms('2017-04-01 12:00+00'),
                            ms('2017-04-03 12:00+00')]) AS id;

SELECT is((week_number, year, width, height, total_pixels_placed,
           unique_contributors, first_epoch, closing_epoch, new_epoch,
           last_seq)::text,
          '(14,2017,2,4,30,3,1000000000,1000000000,,30)')
  FROM canvas_archives JOIN made USING (id);
SELECT is(winner_user_id, actor('1'), 'as many, but earlier')
  FROM canvas_archives JOIN made USING (id);
SELECT is(stats->'totals'->>'guests', '3')
  FROM canvas_archives JOIN made USING (id);
SELECT is(count(*), 3::bigint, 'those that are named have rows')
  FROM users WHERE id IN (actor('0'), actor('1'), actor('2'));
SELECT is((epoch, form, events, skipped)::text, '(1000000000,2017,30,2)')
  FROM canvas_imports;
SELECT throws_ok($$SELECT import_begin(repeat('a', 64))$$, '23505');
SELECT is(import_begin(repeat('b', 64)), 1000000001::bigint);

RESET ROLE;
SELECT has_table('canvas'::name, 'pixel_events_2017w13'::name);
SELECT is((count(*), min(seq), max(seq))::text, '(20,1,20)')
  FROM ONLY pixel_events_2017w13;
SELECT is((count(*), min(seq), max(seq))::text, '(10,21,30)')
  FROM ONLY pixel_events_2017w14;
SELECT is(count(*), 4::bigint, 'a partition as any other: indexes,')
  FROM pg_index JOIN pg_inherits ON inhrelid = indexrelid
 WHERE indrelid = 'pixel_events_2017w13'::regclass;
SELECT is(relrowsecurity, true, 'policy,')
  FROM pg_class WHERE relname = 'pixel_events_2017w13';
SELECT is(has_table_privilege('canvas_service', 'pixel_events_2017w13',
                              'SELECT'), false, 'and rights');
SELECT is_empty($$SELECT conname FROM pg_constraint
                   WHERE conname = 'pixel_import_part'$$);

-- a week that has a partition already, and one row that fell aside
INSERT INTO pixel_events (epoch, seq, x, y, color, old_color, user_id,
                          created_at)
VALUES (1, 9, 9, 9, 9, 9, actor('ada'), '2022-04-02 00:00+00');
SELECT is(tableoid::regclass::text, 'pixel_events_default')
  FROM pixel_events WHERE x = 9 AND y = 9;
SELECT import_tables();
SELECT import_rows(1, 1000000001, 1, 5, '2017-04-02 12:00+00');
SELECT import_rows(2, 1000000001, 6, 9, '2022-04-02 12:00+00');
SELECT isnt(import_archive(1000000001, repeat('b', 64), '2022', 'classic', 9,
                           0, 1491134401000, 1648900809000, 'AAAA', NULL, 2,
                           4, 0, '{#000000,#FFFFFF}',
                           ARRAY[ms('2017-04-02 12:00+00'),
                                 ms('2022-04-02 12:00+00')]), NULL);
SELECT is(count(*), 25::bigint, 'joined') FROM ONLY pixel_events_2017w13;
SELECT is(tableoid::regclass::text, 'pixel_events_2022w13', 'moved')
  FROM pixel_events WHERE x = 9 AND y = 9;
DELETE FROM pixel_events WHERE x = 9 AND y = 9;

-- a week of several parts: partitions below that of the week
INSERT INTO pixel_events (epoch, seq, x, y, color, old_color, user_id,
                          created_at)
VALUES (1, 9, 9, 9, 9, 9, actor('ada'), '2018-01-01 00:00+00');
SET LOCAL ROLE canvas_service;
SELECT import_tables();
SELECT import_rows(1, 1000000002, 1, 5, '2018-01-02 00:00+00',
             '2018-01-01 00:00+00', '2018-01-04 00:00+00');
SELECT import_rows(2, 1000000002, 6, 9, '2018-01-04 00:00+00',
             '2018-01-04 00:00+00', '2018-01-06 00:00+00');
SELECT import_rows(3, 1000000002, 10, 10, '2018-01-06 00:00+00',
             '2018-01-06 00:00+00', '2018-01-08 00:00+00');
SELECT import_rows(4, 1000000002, 11, 12, '2018-01-09 00:00+00');
CREATE TEMPORARY TABLE parts AS
SELECT ARRAY[ms('2018-01-02 00:00+00'), ms('2018-01-04 00:00+00'),
             ms('2018-01-06 00:00+00'), ms('2018-01-09 00:00+00')] AS at;
SELECT results_eq(
    'SELECT part, suffix, at_from FROM parts, import_parts(at)',
    $$VALUES (1, '2018w01', '2018-01-01 00:00+00'::timestamptz),
             (2, '2018w01', '2018-01-04 00:00+00'),
             (3, '2018w01', '2018-01-06 00:00+00'),
             (4, '2018w02', '2018-01-08 00:00+00')$$);
SELECT isnt(import_archive(1000000002, repeat('c', 64), '2022', 'classic', 12,
                           0, 1491134401000, 1648900809000, 'AAAA', NULL, 2,
                           4, 0, '{#000000,#FFFFFF}', at), NULL)
  FROM parts;
RESET ROLE;
SELECT results_eq(
    $$SELECT tableoid::regclass::text, count(*), min(seq), max(seq)
        FROM pixel_events WHERE epoch = 1000000002 GROUP BY 1 ORDER BY 1$$,
    $$VALUES ('pixel_events_2018w01_1', 5::bigint, 1::bigint, 5::bigint),
             ('pixel_events_2018w01_2', 4, 6, 9),
             ('pixel_events_2018w01_3', 1, 10, 10),
             ('pixel_events_2018w02', 2, 11, 12)$$);
SELECT is(tableoid::regclass::text, 'pixel_events_2018w01_1', 'moved')
  FROM pixel_events WHERE x = 9 AND y = 9;
DELETE FROM pixel_events WHERE x = 9 AND y = 9;
SELECT is((unique_contributors, stats->'totals'->>'guests')::text, '(3,3)',
          'counted once, whatever the parts')
  FROM canvas_imports JOIN canvas_archives a ON a.id = archive_id
 WHERE epoch = 1000000002;
SELECT lives_ok(
    $$INSERT INTO pixel_events (epoch, seq, x, y, color, old_color, user_id,
                                created_at)
      SELECT 3, s, 9, 9, 9, 9, actor('ada'),
             '2018-01-01'::timestamptz + (s - 1) * interval '6 hours'
        FROM generate_series(1, 28) AS s$$, 'no gap in the week');
SELECT is(count(DISTINCT tableoid), 3::bigint) FROM pixel_events
 WHERE epoch = 3;
DELETE FROM pixel_events WHERE epoch = 3;
SELECT is(count(*), 16::bigint, 'the indexes of the log in each part,')
  FROM pg_index JOIN pg_inherits ON inhrelid = indexrelid
 WHERE indrelid::regclass::text ~ '^pixel_events_2018w01';
SELECT is_empty(
    $$SELECT relname FROM pg_class
       WHERE relname ~ '^pixel_events_2018w' AND relkind IN ('r', 'p')
         AND (NOT relrowsecurity
              OR has_table_privilege('canvas_service', oid, 'SELECT'))$$,
    'policy and rights');
SELECT is_empty($$SELECT conname FROM pg_constraint
                   WHERE conname = 'pixel_import_part'$$);

-- a week in parts is dropped as any other
UPDATE canvas_imports SET imported_at = now() - interval '8 days';
SELECT set_has('SELECT * FROM maintain_expired(30, 7)',
               $$VALUES ('pixel_events_2018w01')$$);
SELECT is(maintain_drop('pixel_events_2018w01', 30, 7), true);
SELECT is_empty($$SELECT relname FROM pg_class
                   WHERE relname ~ '^pixel_events_2018w01'$$);

-- what is staged and never attached
SET LOCAL ROLE canvas_service;
SELECT import_rows(1, 1000000003, 1, 5, '2019-01-02 00:00+00');
SELECT import_rows(2, 1000000003, 6, 9, '2019-01-09 00:00+00');
SELECT is(import_clear(), 2);
SELECT is(import_clear(), 0);
SELECT is((SELECT count(*) FROM pixel_events WHERE epoch = 1000000003),
          0::bigint);
RESET ROLE;
SELECT is_empty($$SELECT relname FROM pg_class
                   WHERE relname ~ '^pixel_import_' AND relkind = 'r'$$);

-- ids of one import are nobody else's
SELECT import_ids(1000) AS first \gset
SELECT cmp_ok(nextval('pixel_events_id_seq'), '>=', (:first + 1000)::bigint);

-- ranges
SELECT results_eq(
    'SELECT r.* FROM made, archive_ranges(made.id) AS r',
    'VALUES (1000000000::bigint, 0::bigint, 30::bigint)');
SELECT results_eq(
    'SELECT epoch, from_seq FROM log_ranges(0, 0, 9007199254740991)',
    'VALUES (1::bigint, 0::bigint)', 'an import is no life of the canvas');
SELECT is(count(*), 10::bigint) FROM restore_events(1, 0);

SELECT results_eq('SELECT epoch, from_seq FROM export_ranges(NULL, true)',
                  'VALUES (1::bigint, 0::bigint)');

-- weeks closed by hand, in the middle of an epoch
SELECT archive_and_reset_week(image(), 'classic') AS id \gset one_
SELECT put(1, 11, 15, 'bob');
SELECT archive_and_reset_week(image(), 'classic') AS id \gset two_
SELECT put(1, 16, 17, 'bob');
SELECT results_eq(
    format('SELECT * FROM archive_ranges(%L)', :'one_id'),
    'VALUES (1::bigint, 0::bigint, 10::bigint)');
SELECT results_eq(
    format('SELECT * FROM archive_ranges(%L)', :'two_id'),
    'VALUES (1::bigint, 10::bigint, 15::bigint)');
SELECT results_eq('SELECT epoch, from_seq FROM export_ranges(NULL, true)',
                  'VALUES (1::bigint, 15::bigint)');
SELECT is_empty('SELECT * FROM archive_ranges(gen_random_uuid())');

-- content of a fresh canvas
SELECT throws_ok($$SELECT import_live(1, 5, '{}')$$, '55000');
SELECT mark(2, 0, 'reset');
SELECT import_tables();
SELECT import_rows(1, 2, 1, 6, '2017-04-01 12:00+00');
SELECT lives_ok($$SELECT import_live(2, 6,
                                     ARRAY[ms('2017-04-01 12:00+00')])$$);
SELECT is((epoch, seq)::text, '(2,6)') FROM recorder_progress;
SELECT is(total_pixels_this_week >= 6, true) FROM current_canvas;

SELECT * FROM finish();
ROLLBACK;
