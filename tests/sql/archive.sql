-- archive_and_reset_week on a data base that has seen nothing, ties, and a
-- rotation that was stuck.

BEGIN;
SELECT plan(14);

SET LOCAL client_min_messages = error;

SELECT isnt(archive_and_reset_week('AAAA'), NULL, 'an empty data base');
SELECT is((total_pixels_placed, unique_contributors, winner_user_id,
           winner_agent_id, closing_epoch, last_seq)::text, '(0,0,,,,0)',
          'has an empty week') FROM canvas_archives;
SELECT is(stats->'top_contributors', '[]', 'empty, not missing')
  FROM canvas_archives;
SELECT isnt(archive_and_reset_week('AAAA', 'territory-wars'), NULL, 'again');
SELECT is(slug, 'territory-wars', 'the mode asked for')
  FROM get_current_game_mode();

-- scheduled
UPDATE current_canvas
   SET next_game_mode_id = (SELECT id FROM game_modes
                             WHERE slug = 'pixel_decay'),
       announce_next_at = now();
SELECT isnt(archive_and_reset_week('AAAA', NULL), NULL);
SELECT is(m.slug, 'pixel_decay', 'the scheduled mode')
  FROM current_canvas c JOIN game_modes m ON m.id = c.current_game_mode_id;
SELECT is((next_game_mode_id, announce_next_at)::text, '(,)',
          'is scheduled no more') FROM current_canvas;

-- a tie: both have 3, bob had them first
SELECT mark(1, 0, 'init');
SELECT put(1, 1, 2, 'ada');
SELECT put(1, 3, 5, 'bob');
SELECT put(1, 6, 6, 'ada');
SELECT archive_and_reset_week('AAAA');
SELECT is(winner_user_id, actor('bob'), 'who had it first wins')
  FROM canvas_archives WHERE total_pixels_placed = 6;

-- a turn in Redis that no rotation knows of
SELECT put(1, 7, 8, 'ada');
SELECT mark(2, 8, 'rotate');
SELECT put(2, 9, 12, 'bob');
SELECT archive_and_reset_week('AAAA');
SELECT is((total_pixels_placed, closing_epoch, new_epoch, last_seq)::text,
          '(2,1,2,8)', 'by hand up to the turn')
  FROM canvas_archives WHERE closing_epoch = 1 AND new_epoch = 2;
SELECT is(weekly()::text, '(4,1)', 'the rest is the new week''s');

-- chosen long ago, turned today
INSERT INTO rotations
    (closing_epoch, new_epoch, turned_seq, game_mode_slug, week_number, year,
     new_week_number, new_year, new_resets_at, step)
VALUES (2, 3, 12, 'classic', 1, 2026, 2, 2026, '2026-01-10 14:00+00',
        'turned');
SELECT mark(3, 12, 'rotate');
SELECT isnt(archive_and_reset_week(image()), NULL, 'a stuck rotation');
SELECT ok(week_resets_at > week_started_at, 'begins no week that is over')
  FROM current_canvas;
SELECT is((week_number, year)::text, (week_label(week_resets_at))::text,
          'with the label of its end') FROM current_canvas;

SELECT finish();
ROLLBACK;
