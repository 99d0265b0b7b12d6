-- The week turns: the rotation's memory, the archive, and what goes on.

BEGIN;
SELECT plan(67);

CREATE TEMPORARY TABLE state (name text PRIMARY KEY, value text);

SELECT FROM canvas_setup(500, 500, 15, (SELECT palette FROM current_canvas));
UPDATE current_canvas
   SET week_started_at = '2026-01-24 14:00+00', week_number = 5, year = 2026,
       week_resets_at = '2026-01-31 14:00+00';

-- a week: ada 4, bob 4 (bob was there first), a guest 3, bot 5, rob 1
INSERT INTO users (id, username, password_hash)
VALUES (actor('ada'), 'ada', 'x'), (actor('bob'), 'bob', 'x');
INSERT INTO agents (id, name) VALUES (actor('bot'), 'bot'),
                                     (actor('rob'), 'rob');
SELECT mark(1, 0, 'init', '{"week_number": 5, "year": 2026}');
SELECT put(1, 1, 2, 'ada');
SELECT put(1, 3, 6, 'bob');
SELECT put(1, 7, 8, 'ada');
SELECT put(1, 9, 11, 'guest');
SELECT put(1, 12, 16, NULL, 'bot');
SELECT mark(2, 16, 'restart');
SELECT put(2, 17, 17, NULL, 'rob');
SELECT is(weekly()::text, '(17,5)', 'the week so far');

INSERT INTO comments (user_id, content, created_at)
VALUES (actor('ada'), 'before', '2026-01-26 10:00+00'),
       (actor('bob'), 'after', now() + interval '1 hour');

-- not due, due, resumed
SELECT is_empty(
    $$SELECT * FROM rotation_begin(2, NULL, false, '2026-01-31 13:59:59+00')$$,
    'not due');
SELECT is((closing_epoch, week_number, year, new_week_number, new_year,
           new_resets_at, step)::text,
          '(2,5,2026,6,2026,"2026-02-07 14:00:00+00",chosen)', 'due')
  FROM rotation_begin(2, 'speed-run', false, '2026-01-31 14:00:00+00');
SELECT is((id, game_mode_slug)::text,
          (SELECT (id, 'speed-run')::text FROM rotations),
          'the unfinished one is taken up, its choice stands')
  FROM rotation_begin(7, 'chaos_mode', true);
INSERT INTO state
SELECT 'id', id FROM rotations;
SELECT is(count(*), 1::bigint) FROM rotations;
SELECT is(new_week_number, (week_label(next_week_reset(now()))).week_number,
          'a choice that has waited is for the week it is now')
  FROM rotations;

CREATE FUNCTION pg_temp.id() RETURNS bigint LANGUAGE sql
RETURN (SELECT value::bigint FROM state WHERE name = 'id');

-- step by step
SELECT throws_ok($$SELECT rotation_step(pg_temp.id(), 'drained')$$, '55000',
                 NULL, 'no step is left out');
SELECT throws_ok($$SELECT rotation_step(pg_temp.id(), 'gone')$$, '22023');
SELECT throws_ok($$SELECT rotation_step(-1, 'turned')$$, '22023');
SELECT throws_ok($$SELECT rotation_step(pg_temp.id(), 'turned')$$, '23514',
                 NULL, 'turned needs the new epoch');
SELECT throws_ok($$SELECT archive_and_reset_week(image())$$, '55000', NULL,
                 'no archive before the page is turned');

SELECT is((rotation_step(pg_temp.id(), 'chosen',
                         p_closing_epoch => 3)).closing_epoch, 3::bigint,
          'a restart came between');
SELECT is((rotation_step(pg_temp.id(), 'turned', p_closing_epoch => 2,
                         p_new_epoch => 3, p_turned_seq => 18)).step,
          'turned', 'turned');
SELECT is((rotation_step(pg_temp.id(), 'turned', p_new_epoch => 3,
                         p_turned_seq => 18)).step, 'turned', 'twice');
SELECT throws_ok($$SELECT rotation_step(pg_temp.id(), 'drained')$$, '55000',
                 NULL, 'the recorder is behind');
SELECT throws_ok($$SELECT archive_and_reset_week(image())$$, '55000', NULL,
                 'so is the archive refused');

SELECT put(2, 18, 18, 'ada');
SELECT throws_ok($$SELECT rotation_step(pg_temp.id(), 'drained')$$, '55000',
                 NULL, 'the last event is recorded, the marker is not');

-- the marker, and the new week's first events before the archive
SELECT mark(3, 18, 'rotate', '{"week_number": 6, "year": 2026}');
SELECT is((week_number, year)::text, '(6,2026)', 'label of the new epoch')
  FROM canvas_epochs WHERE epoch = 3;
SELECT put(3, 19, 25, 'guest');
SELECT put(3, 26, 27, NULL, 'bot');
SELECT is(weekly()::text, '(18,5)', 'the closing week is not touched');
SELECT is(pixels_placed, 5, 'nor the agent''s')
  FROM weekly_agent_stats WHERE agent_id = actor('bot');
SELECT is(pixels_placed, 10::bigint, 'lifetime counters go on')
  FROM users WHERE id = actor('guest');

-- an accident in the new week: 25 and 26, 27 are lost
SELECT mark(4, 24, 'restart');
SELECT is(weekly()::text, '(18,5)', 'a loss there is none of its business');
SELECT put(4, 25, 26, 'new');

SELECT is((rotation_step(pg_temp.id(), 'drained',
                         p_compressed => '\x1f8b00')).step, 'drained');
SELECT throws_ok($$SELECT archive_and_reset_week('AAAA')$$, '22023', NULL,
                 'a rotation''s image has the right size');
SELECT throws_ok($$SELECT archive_and_reset_week('?')$$, '22023', NULL,
                 'and is base64');
SELECT throws_ok($$SELECT archive_and_reset_week(NULL)$$, '22023');
SELECT throws_ok($$SELECT rotation_step(pg_temp.id(), 'archived')$$, '55000',
                 NULL, 'archived is not for saying');

INSERT INTO state SELECT 'archive', archive_and_reset_week(image(), 'classic');

CREATE FUNCTION pg_temp.archive() RETURNS uuid LANGUAGE sql
RETURN (SELECT value::uuid FROM state WHERE name = 'archive');

SELECT is(archive_and_reset_week(image(), 'classic'), pg_temp.archive(),
          'again: the same archive');
SELECT is(count(*), 1::bigint, 'there is one') FROM canvas_archives;

SELECT is((a.week_number, a.year, a.started_at, m.slug, a.first_epoch,
           a.closing_epoch, a.new_epoch, a.last_seq)::text,
          '(5,2026,"2026-01-24 14:00:00+00",classic,1,2,3,18)', 'which week')
  FROM canvas_archives a JOIN game_modes m ON m.id = a.game_mode_id;
SELECT is(ended_at, (SELECT started_at FROM canvas_epochs WHERE epoch = 3),
          'it ended when the page was turned') FROM canvas_archives;
SELECT is((canvas_data = image(), canvas_data_compressed, width, height,
           background)::text, '(t,"\\x1f8b00",500,500,15)', 'its image')
  FROM canvas_archives;
SELECT is((total_pixels_placed, unique_contributors)::text, '(18,5)',
          'its totals') FROM canvas_archives;
SELECT is(winner_user_id, actor('ada'), 'winner') FROM canvas_archives;
SELECT is(winner_agent_id, actor('bot'), 'winning agent')
  FROM canvas_archives;
SELECT is(stats->'totals', '{"pixels_placed": 18, "contributors": 5,
          "users": 2, "guests": 1, "agents": 2}', 'totals by kind')
  FROM canvas_archives;
SELECT is(stats->'top_contributors', jsonb_build_array(
    jsonb_build_object('user_id', actor('ada'), 'username', 'ada',
                       'pixels_placed', 5),
    jsonb_build_object('user_id', actor('bob'), 'username', 'bob',
                       'pixels_placed', 4),
    jsonb_build_object('user_id', actor('guest'), 'username',
                       'guest-' || left(md5('guest'), 16),
                       'pixels_placed', 3)), 'the best')
  FROM canvas_archives;
SELECT is(stats->'top_agents'->0->>'name', 'bot', 'the best agent')
  FROM canvas_archives;

SELECT results_eq(
    $$SELECT a.name, s.pixels_placed, s.overall_rank, s.agent_rank
        FROM weekly_agent_stats s JOIN agents a ON a.id = s.agent_id
       WHERE s.archive_id = pg_temp.archive() ORDER BY s.agent_rank$$,
    $$VALUES ('bot', 5, 1, 1), ('rob', 1, 5, 2)$$,
    'ranks: bot had 5 pixels before ada had them');
SELECT is((weeks_played, weeks_won, best_week_pixels,
           best_overall_rank)::text, '(1,1,5,1)', 'reputation')
  FROM agent_reputation WHERE agent_id = actor('bot');

SELECT is(array_agg(content), ARRAY['before'], 'comments of the week')
  FROM comments
 WHERE NOT is_current_week AND archive_id = pg_temp.archive();
SELECT is(array_agg(epoch ORDER BY epoch), ARRAY[1, 2]::bigint[],
          'epochs of the week')
  FROM canvas_epochs WHERE archive_id = pg_temp.archive();

-- the new week holds exactly what was recorded of it
SELECT is((m.slug, c.week_started_at = a.ended_at, c.start_epoch,
           c.start_seq)::text, '(speed-run,t,3,18)', 'the new week')
  FROM current_canvas c, game_modes m, canvas_archives a
 WHERE m.id = c.current_game_mode_id;
SELECT is((c.week_number, c.year, c.week_resets_at)::text,
          (r.new_week_number, r.new_year, r.new_resets_at)::text,
          'its dates are those of the rotation')
  FROM current_canvas c, rotations r;
SELECT is(weekly()::text, '(8,2)', 'its counters');
SELECT results_eq(
    $$SELECT actor_id, pixels FROM contributors_this_week ORDER BY pixels$$,
    $$VALUES (actor('new'), 2::bigint), (actor('guest'), 6)$$,
    'its contributors');
SELECT put(4, 27, 29, NULL, 'bot');
SELECT is(weekly()::text, '(11,3)', 'it goes on');
SELECT is((agent_name, pixels_placed, game_mode_name)::text,
          '(bot,3,"Speed Run")', 'the leaderboard')
  FROM v_current_week_leaderboard;

-- the end of the rotation
SELECT is((rotation_step(pg_temp.id(), 'archived')).step, 'archived');
SELECT is((rotation_step(pg_temp.id(), 'imaged', p_image_url => '/a/5.png',
                         p_thumbnail_url => '/a/5s.png')).step, 'imaged');
SELECT is((image_url, thumbnail_url, video_url)::text,
          '(/a/5.png,/a/5s.png,)') FROM canvas_archives;
SELECT is(archive_and_reset_week(image()), pg_temp.archive(),
          'still the same archive');
SELECT isnt((rotation_step(pg_temp.id(), 'done')).finished_at, NULL);
SELECT throws_ok($$SELECT rotation_step(pg_temp.id(), 'imaged')$$, '55000',
                 NULL, 'no way back');

-- a second cron that read the old epoch
SELECT is_empty($$SELECT * FROM rotation_begin(2, NULL, true)$$,
                'the epoch is closed already');
SELECT is_empty($$SELECT * FROM rotation_begin(4, NULL, false)$$,
                'the new week is not over');

-- by force, in the same calendar week; the bot has two weeks of one label
SELECT is(step, 'chosen', 'by force')
  FROM rotation_begin(4, 'classic', true);

-- killed when Redis had turned the page, and not run again for two weeks
SELECT mark(5, 29, 'rotate');
SELECT is(new_resets_at, next_week_reset(now()),
          'a page that is turned stays the week it is')
  FROM rotation_begin(5, NULL, false, now() + interval '14 days');
SELECT is((step, new_epoch, turned_seq)::text, '(turned,5,29)',
          'the log says that it is turned')
  FROM rotations WHERE step <> 'done';
SELECT put(5, 30, 30, NULL, 'bot');
SELECT isnt(archive_and_reset_week(image()), pg_temp.archive(),
            'another archive');
SELECT is((total_pixels_placed, unique_contributors)::text, '(11,3)')
  FROM canvas_archives WHERE new_epoch = 5;
SELECT results_eq(
    $$SELECT pixels_placed, archive_id IS NULL FROM weekly_agent_stats
       WHERE agent_id = actor('bot') ORDER BY pixels_placed$$,
    $$VALUES (1, true), (3, false), (5, false)$$, 'no week is mixed up');
SELECT is(weekly()::text, '(1,1)');
UPDATE rotations SET step = 'done', finished_at = now() WHERE step <> 'done';

-- by hand, nothing turned in Redis: up to now, the epoch goes on
INSERT INTO state SELECT 'hand', archive_and_reset_week(image(), 'color_wars');
SELECT is((total_pixels_placed, closing_epoch, new_epoch, last_seq)::text,
          '(1,5,,30)', 'archived by hand')
  FROM canvas_archives
 WHERE id = (SELECT value::uuid FROM state WHERE name = 'hand');
SELECT put(5, 31, 33, 'ada');
SELECT is(weekly()::text, '(3,1)', 'the epoch goes on in the new week');
SELECT archive_and_reset_week(image(), 'no-such-mode');
SELECT is((SELECT sum(total_pixels_placed)::bigint FROM canvas_archives),
          (SELECT count(*) FROM pixel_events),
          'every event is in one archive');
SELECT is(m.slug, 'classic', 'an unknown mode is classic')
  FROM current_canvas c JOIN game_modes m ON m.id = c.current_game_mode_id;

SELECT finish();
ROLLBACK;
