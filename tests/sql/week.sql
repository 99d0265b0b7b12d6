-- When a week ends, what it is called, and what is played in the next.

BEGIN;
SELECT plan(32);

SELECT is(next_week_reset('2026-01-31 18:30:00+00'),
          '2026-02-07 14:00:00+00', 'after this Saturday''s reset');
SELECT is(next_week_reset('2026-01-31 13:59:59.999+00'),
          '2026-01-31 14:00:00+00', 'just before it');
SELECT is(next_week_reset('2026-01-31 14:00:00+00'),
          '2026-02-07 14:00:00+00', 'strictly after');
SELECT is(next_week_reset('2026-02-01 00:00:00+00'),
          '2026-02-07 14:00:00+00', 'Sunday, the end of the ISO week');
SELECT is(next_week_reset('2026-03-07 20:00:00+00'),
          '2026-03-14 14:00:00+00', 'the US change clocks, UTC does not');
SELECT is(next_week_reset('2026-01-28 00:00:00+00', 1, '06:30'),
          '2026-02-02 06:30:00+00', 'another day and time');
SELECT throws_ok($$SELECT next_week_reset(now(), 8)$$, '22023');

SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is(next_week_reset('2026-01-31 13:00:00+00'),
          '2026-01-31 14:00:00+00'::timestamptz,
          'whatever the session''s time zone');
SELECT is((week_label('2027-01-02 14:00:00+00'))::text, '(53,2026)',
          'so with the label');
SET LOCAL timezone = 'UTC';

SELECT is((week_label(t))::text, want, t::text)
  FROM (VALUES
      (timestamptz '2026-01-31 14:00+00', '(5,2026)'),
      ('2020-12-26 14:00+00', '(52,2020)'),
      ('2021-01-02 14:00+00', '(53,2020)'),
      ('2021-01-09 14:00+00', '(1,2021)'),
      ('2026-01-03 14:00+00', '(1,2026)'),
      ('2026-12-26 14:00+00', '(52,2026)'),
      ('2027-01-02 14:00+00', '(53,2026)'),
      ('2027-01-09 14:00+00', '(1,2027)')) AS v (t, want);

-- every Saturday of 60 years has a label of its own, and they follow
SELECT is(count(DISTINCT week_label(t))::int, count(*)::int,
          'no label twice')
  FROM generate_series(timestamptz '2000-01-01 14:00+00', '2060-01-01',
                       '7 days') AS t;
SELECT is_empty(
    $$SELECT t FROM (
          SELECT t, l.week_number, l.year,
                 lag(l.week_number) OVER w AS week_before,
                 lag(l.year) OVER w AS year_before
            FROM generate_series(timestamptz '2000-01-01 14:00+00',
                                 '2060-01-01', '7 days') AS t,
                 week_label(t) AS l
          WINDOW w AS (ORDER BY t)) AS s
       WHERE NOT (year = year_before AND week_number = week_before + 1
                  OR year = year_before + 1 AND week_number = 1
                     AND week_before IN (52, 53))$$,
    'a week is followed by the next');

-- the migration's own first week agrees with the functions
SELECT is((week_number, year)::text, (week_label(week_resets_at))::text,
          'label of the first week')
  FROM current_canvas;
SELECT is(week_resets_at, next_week_reset(week_started_at),
          'end of the first week')
  FROM current_canvas;

-- the choice
SELECT is(choose_game_mode('speed-run'), 'speed-run', 'manual');
SELECT is(choose_game_mode('no-such-mode'), 'classic', 'unknown: classic');
UPDATE game_modes SET is_active = false WHERE slug = 'speed-run';
SELECT is(choose_game_mode('speed-run'), 'classic', 'inactive: classic');

UPDATE current_canvas SET next_game_mode_id =
    (SELECT id FROM game_modes WHERE slug = 'chaos_mode');
SELECT is(choose_game_mode(NULL), 'chaos_mode', 'scheduled');
SELECT is(choose_game_mode(''), 'chaos_mode', 'empty is not given');
SELECT is(choose_game_mode('color_wars'), 'color_wars',
          'manual before scheduled');
UPDATE current_canvas SET next_game_mode_id =
    (SELECT id FROM game_modes WHERE slug = 'speed-run');
SELECT isnt(choose_game_mode(NULL), 'speed-run',
            'scheduled, but not active any more');
UPDATE current_canvas SET next_game_mode_id = NULL;

-- three weeks played before the running one, which is classic
INSERT INTO canvas_archives
    (week_number, year, started_at, ended_at, game_mode_id, canvas_data,
     width, height, background, palette, total_pixels_placed,
     unique_contributors, last_seq)
SELECT n, 2025, timestamptz '2025-01-04 14:00+00' + n * interval '7 days',
       timestamptz '2025-01-11 14:00+00' + n * interval '7 days',
       (SELECT id FROM game_modes WHERE slug = mode),
       'AA==', 1, 1, 0, '{a,b}', 0, 0, 0
  FROM (VALUES (1, 'chaos_mode'), (2, 'territory-wars'),
               (3, 'color-factions'), (4, 'pixel_decay')) AS v (n, mode);

-- left: pixel-art-challenge 2, color_wars 2, chaos_mode 1 (five weeks ago)
SELECT is(array_agg(choose_game_mode(NULL, p) ORDER BY p),
          ARRAY['pixel-art-challenge', 'pixel-art-challenge', 'color_wars',
                'color_wars', 'chaos_mode', 'chaos_mode'],
          'weights, without the modes of the last four weeks')
  FROM unnest(ARRAY[0, 0.399, 0.401, 0.799, 0.801, 0.999999]::float8[]) AS p;

-- a week from a file, that ended a moment ago, was not played here
INSERT INTO canvas_archives
    (week_number, year, started_at, ended_at, game_mode_id, canvas_data,
     width, height, background, palette, total_pixels_placed,
     unique_contributors, last_seq)
SELECT 6, 2025, now() - interval '7 days', now(), id, 'AA==', 1, 1, 0,
       '{a,b}', 0, 0, 0
  FROM game_modes WHERE slug = 'color_wars';
INSERT INTO canvas_imports (epoch, archive_id, checksum, form, events, skipped)
SELECT 1000000000, id, repeat('a', 64), '2017', 1, 0
  FROM canvas_archives WHERE week_number = 6;
SELECT is(array_agg(slug ORDER BY slug),
          ARRAY['chaos_mode', 'color_wars', 'pixel-art-challenge'],
          'an imported week counts for nothing')
  FROM fresh_modes;

UPDATE game_modes SET weight = 0 WHERE slug = 'pixel-art-challenge';
SELECT is(choose_game_mode(NULL, 0), 'color_wars', 'weight 0: never');

UPDATE game_modes SET is_active = false
 WHERE slug IN ('color_wars', 'chaos_mode', 'pixel-art-challenge');
SELECT is(choose_game_mode(NULL, 0.5), 'classic', 'nothing left: classic');

SELECT finish();
ROLLBACK;
