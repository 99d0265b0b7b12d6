-- What nginx makes its own answers of: names of boards, pictures of weeks.

BEGIN;
SELECT plan(19);

INSERT INTO users (id, username, password_hash)
VALUES (actor('ada'), 'ada', 'x');
INSERT INTO agents (id, name) VALUES (actor('bot'), 'bot');

SET LOCAL ROLE canvas_web;

-- names of a board: a line each, in order, whatever is known of them
SELECT is(api_leaderboard_names('users', ARRAY[
              actor('nobody'), actor('ada'), actor('bot'), actor('ada')]),
          E'null\n"ada"\nnull\n"ada"', 'users by name');
SELECT is(api_leaderboard_names('agents', ARRAY[actor('ada'), actor('bot')]),
          E'null\n"bot"', 'agents by name');
SELECT is(api_leaderboard_names('factions', ARRAY[actor('ada')]), 'null',
          'no names for other kinds');
SELECT is(api_leaderboard_names('users', ARRAY[]::uuid[]), NULL,
          'nothing of nothing');
RESET ROLE;
UPDATE agents SET name = 'bot_2' WHERE id = actor('bot');
SELECT is(api_leaderboard_names('agents', ARRAY[actor('bot')]), '"bot_2"',
          'the name of today');

-- canvases of the past: a line that says what it is, and the data
CREATE FUNCTION pg_temp.line(p_stored bytea) RETURNS text
    LANGUAGE sql AS $$
    SELECT split_part(encode(p_stored, 'escape'), E'\n', 1)
$$;
CREATE FUNCTION pg_temp.data(p_stored bytea) RETURNS bytea
    LANGUAGE sql AS $$
    SELECT substr(p_stored, position('\x0a'::bytea IN p_stored) + 1)
$$;

INSERT INTO canvas_archives
    (id, week_number, year, started_at, ended_at, game_mode_id, canvas_data,
     canvas_data_compressed, width, height, background, palette,
     total_pixels_placed, unique_contributors, first_epoch, closing_epoch,
     last_seq)
SELECT md5(v.name)::uuid, 5, 2026, now(), now(), c.current_game_mode_id,
       encode('\x0a0b'::bytea, 'base64'), v.compressed, 2, 2, 0,
       ARRAY['#000000', '#ffffff'], 0, 0, v.epoch, v.epoch, 9
  FROM current_canvas c,
       (VALUES ('zipped', '\x1f8b0a'::bytea, 1000), ('plain', NULL, NULL))
       AS v (name, compressed, epoch);
UPDATE current_canvas
   SET palette = ARRAY['#123456', '#654321'], background = 0;
INSERT INTO canvas_snapshots (canvas_data, width, height, epoch, seq)
SELECT '\x1f8b0a0c', 2, 2, e, s
  FROM (VALUES (1000, 4), (2000, 9), (2000, 12)) AS v (e, s);

SET LOCAL ROLE canvas_web;

SELECT is(pg_temp.line(api_archive_canvas(md5('zipped')::uuid)),
          'gzip 2 2 1000 9 #000000,#ffffff', 'a week that was rotated');
SELECT is(pg_temp.data(api_archive_canvas(md5('zipped')::uuid)),
          '\x1f8b0a', 'as it is stored, line feeds and all');
SELECT is(pg_temp.line(api_archive_canvas(md5('plain')::uuid)),
          'packed 2 2 0 9 #000000,#ffffff', 'a week without gzip');
SELECT is(pg_temp.data(api_archive_canvas(md5('plain')::uuid)),
          '\x0a0b', 'no base64 any more');
SELECT is(api_archive_canvas(md5('none')::uuid), NULL, 'no such week');

SELECT is(pg_temp.line(api_snapshot(s.id)), v.line, 'a snapshot')
  FROM (VALUES (4, 'gzip 2 2 1000 4 #000000,#ffffff'),
               (9, 'gzip 2 2 2000 9 #123456,#654321')) AS v (seq, line)
  JOIN canvas_snapshots s USING (seq);
SELECT is(pg_temp.data(api_snapshot(max(id))), '\x1f8b0a0c', 'its data')
  FROM canvas_snapshots;
SELECT is(api_snapshot(0), NULL, 'no such snapshot');

SELECT is(array(SELECT json_object_keys(api_snapshots(NULL, NULL)
                                        ->'snapshots'->0)),
          ARRAY['id', 'epoch', 'seq', 'width', 'height', 'createdAt'],
          'fields of a snapshot');
SELECT is((SELECT string_agg(s->>'seq', ' ')
             FROM json_array_elements(api_snapshots(NULL, 2)->'snapshots') s),
          '12 9', 'newest first');
SELECT is((SELECT string_agg(s->>'seq', ' ')
             FROM json_array_elements(api_snapshots(
                 (api_snapshots(NULL, 2)->>'next')::bigint, 2)->'snapshots')
                 AS s), '4', 'the next page');
SELECT is(api_snapshots(NULL, 3)->>'next', NULL, 'none behind the last');
SELECT throws_ok('SELECT api_snapshots(NULL, 1001)', '22023');

SELECT finish();
ROLLBACK;
