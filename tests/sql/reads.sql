-- What nginx makes its own answers of: names of boards, pictures of weeks.

BEGIN;
SELECT plan(5);

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

SELECT finish();
ROLLBACK;
