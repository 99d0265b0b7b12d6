-- Partitions made ahead, emptied defaults, and what may be dropped when.

BEGIN;
SELECT plan(36);

CREATE FUNCTION pg_temp.days(p_days integer) RETURNS timestamptz
    LANGUAGE sql RETURN now() - p_days * interval '1 day';
CREATE FUNCTION pg_temp.part(p_days integer) RETURNS text
    LANGUAGE sql RETURN to_char(pg_temp.days(p_days) AT TIME ZONE 'UTC',
                                '"pixel_events_"IYYY"w"IW');

-- ahead
SET LOCAL ROLE canvas_service;
SELECT cmp_ok(maintain_ahead(4), '>', 0);
SELECT is(maintain_ahead(4), 0, 'once');
SELECT throws_ok('SELECT maintain_ahead(53)', '22023');
SELECT throws_ok('SELECT maintain_ahead(NULL)', '22023');
RESET ROLE;
SELECT isnt(to_regclass('canvas.' || pg_temp.part(-28)), NULL);
SELECT isnt(to_regclass('canvas.weekly_agent_stats_'
            || (extract(isoyear FROM now())::integer + 1)), NULL);

-- the default partitions
SELECT mark(1, 0, 'init');
SELECT put(1, 1, 3, 'ada', NULL, '2190-01-05 12:00+00');
SELECT put(1, 4, 8, 'ada', NULL, '1999-01-05 12:00+00');
INSERT INTO agents (id, name) VALUES (actor('bot'), 'bot');
INSERT INTO weekly_agent_stats (agent_id, week_number, year)
VALUES (actor('bot'), 1, 1987);
SELECT is(count(*), 8::bigint) FROM pixel_events_default;
SET LOCAL ROLE canvas_service;
SELECT set_eq('SELECT maintain_default() FROM generate_series(1, 2)',
              ARRAY[3, 5]::bigint[], 'a week a call');
SELECT is(maintain_default(), 1::bigint, 'then a year');
SELECT is(maintain_default(), 0::bigint);
RESET ROLE;
SELECT is(count(*), 0::bigint) FROM pixel_events_default;
SELECT is(count(*), 0::bigint) FROM weekly_agent_stats_default;
SELECT is(count(*), 3::bigint) FROM ONLY pixel_events_2190w01;
SELECT is(count(*), 5::bigint) FROM ONLY pixel_events_1999w01;

-- a running week keeps all it has, however old
SELECT is_empty('SELECT * FROM maintain_expired(30, 0)');
SELECT is(maintain_drop('pixel_events_1999w01', 30, 0), false);

-- archived by hand: what is recorded so far is free
SELECT isnt(archive_and_reset_week(image(), 'classic'), NULL);
SELECT results_eq('SELECT * FROM maintain_expired(30, 0)',
                  $$VALUES ('pixel_events_1999w01')$$);
SELECT is_empty('SELECT * FROM maintain_expired(0, 0)', '0: never');
SELECT put(1, 9, 10, 'ada', NULL, '1999-01-06 12:00+00');
SELECT is_empty('SELECT * FROM maintain_expired(30, 0)',
                'of the week that follows');

-- a turn of the page
SELECT mark(2, 10, 'rotate');
SELECT is_empty('SELECT * FROM maintain_expired(30, 0)',
                'turned, not archived');
SELECT isnt(archive_and_reset_week(image(), 'classic'), NULL);
SELECT put(2, 11, 12, 'ada');

INSERT INTO rotations (closing_epoch, new_epoch, turned_seq, game_mode_slug,
                       week_number, year, new_week_number, new_year,
                       new_resets_at, step, archive_id)
SELECT 1, 2, 10, 'classic', 1, 2026, 2, 2026, now(), 'archived', id
  FROM canvas_archives WHERE new_epoch = 2;
SELECT is_empty('SELECT * FROM maintain_expired(30, 0)',
                'the rotation still works on it');
UPDATE rotations SET step = 'done', finished_at = now();

SET LOCAL ROLE canvas_service;
SELECT results_eq('SELECT * FROM maintain_expired(30, 0)',
                  $$VALUES ('pixel_events_1999w01')$$);
SELECT is(maintain_drop('pixel_events_2190w01', 30, 0), false, 'not yet');
SELECT is(maintain_drop('users', 30, 0), false);
SELECT is(maintain_drop('pixel_events_1999w01', 30, 0), true);
RESET ROLE;
SELECT hasnt_table('canvas'::name, 'pixel_events_1999w01'::name);

-- imports have a time of their own
SELECT import_tables();
SELECT import_rows(1, 1000000000, 1, 1, '2017-04-01 12:00+00');
SELECT import_archive(1000000000, repeat('a', 64), '2017', 'classic', 1, 0,
                      1491048001000, 1491048001000, 'AAAA', NULL, 2, 4, 0,
                      '{#000000,#FFFFFF}', '{1491048001000}') AS id \gset
SELECT is_empty('SELECT * FROM maintain_expired(30, 0)', '0: for good');
SELECT is_empty('SELECT * FROM maintain_expired(30, 7)');
UPDATE canvas_imports SET imported_at = pg_temp.days(8);
SELECT results_eq('SELECT * FROM maintain_expired(30, 7)',
                  $$VALUES ('pixel_events_2017w13')$$);

-- rows
INSERT INTO canvas_snapshots (canvas_data, width, height, epoch, seq,
                              created_at)
VALUES ('\x1f8b', 2, 2, 1, 3, pg_temp.days(100)),
       ('\x1f8b', 2, 2, 1, 5, pg_temp.days(80)),
       ('\x1f8b', 2, 2, 2, 11, pg_temp.days(100)),
       ('\x1f8b', 2, 2, 2, 12, pg_temp.days(100));
INSERT INTO pixel_events_lost (epoch, seq, id, x, y, color, old_color,
                               created_at, user_id, lost_to_epoch, lost_at)
VALUES (1, 77, 1, 0, 0, 0, 0, now(), actor('x'), 2, pg_temp.days(31)),
       (1, 78, 1, 0, 0, 0, 0, now(), actor('x'), 2, pg_temp.days(29));
INSERT INTO pixel_events_refused (epoch, seq, x, y, color, old_color, kind,
                                  actor_id, ms, reason, refused_at)
VALUES (1, 1, 0, 0, 0, 0, 'g', actor('x'), '1', 'no', pg_temp.days(31)),
       (1, 2, 0, 0, 0, 0, 'g', actor('x'), '1', 'no', pg_temp.days(29));
SELECT is((snapshots, lost)::text, '(0,0)', '0: never')
  FROM maintain_rows(0, 0);
SET LOCAL ROLE canvas_service;
SELECT is((snapshots, lost)::text, '(1,1)') FROM maintain_rows(30, 90);
RESET ROLE;
SELECT set_eq('SELECT seq FROM pixel_events_refused', ARRAY[2]::bigint[]);
SELECT set_eq('SELECT seq FROM canvas_snapshots', ARRAY[5, 11, 12]::bigint[]);
SELECT throws_ok($$SET LOCAL ROLE canvas_web;
                   SELECT maintain_ahead(4)$$, '42501');

SELECT * FROM finish();
ROLLBACK;
