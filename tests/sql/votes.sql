-- Votes and works of art: who may, when, what counts, and what a turn of the
-- week makes of them.

BEGIN;
SELECT plan(74);

SET LOCAL client_min_messages = error;

CREATE FUNCTION pg_temp.vote(p_id text, p_actor text, p_kind text,
                             p_choice text) RETURNS text
    LANGUAGE sql AS $$
    SELECT a ->> 'code' FROM job_vote(job(p_id, p_actor, jsonb_build_object(
        'kind', p_kind, 'id', p_choice))) AS a
$$;

CREATE FUNCTION pg_temp.enter(p_id text, p_actor text, p_title text,
                              p_x numeric, p_y numeric, p_width numeric,
                              p_height numeric) RETURNS text
    LANGUAGE sql AS $$
    SELECT a ->> 'code' FROM job_artwork(job(p_id, p_actor,
        jsonb_build_object('title', p_title, 'x', p_x, 'y', p_y,
                           'width', p_width, 'height', p_height))) AS a
$$;

CREATE FUNCTION pg_temp.work(p_id text) RETURNS text
    LANGUAGE sql AS $$ SELECT md5(p_id)::uuid::text $$;

CREATE FUNCTION pg_temp.modes() RETURNS text
    LANGUAGE sql AS $$
    SELECT string_agg(s ->> 'id' || ' ' || (s ->> 'votes'), ', ')
      FROM json_array_elements(api_votes() #> '{mode,standings}') AS s
     WHERE (s ->> 'votes')::int > 0
$$;

CREATE FUNCTION pg_temp.art() RETURNS text
    LANGUAGE sql AS $$
    SELECT string_agg(s ->> 'title' || ' ' || (s ->> 'votes'), ', ')
      FROM json_array_elements(api_votes() #> '{art,artworks}') AS s
$$;

INSERT INTO agents (id, name) VALUES (actor('bot'), 'bot');
SELECT mark(1, 0, 'init');
SELECT put(1, 1, 3, 'ada');
SELECT put(1, 4, 6, 'bob');
SELECT put(1, 7, 9, NULL, 'bot');

-- a week without a vote
SELECT is(api_votes()::jsonb,
          '{"enabled": false, "mode": {"standings": []},
            "art": {"artworks": []}}', 'classic has no vote');
SELECT is(pg_temp.vote('v1', 'ada', 'mode', 'speed-run'), 'FORBIDDEN',
          'so nobody votes');
SELECT is(pg_temp.enter('a1', 'ada', 'Cat', 0, 0, 10, 10), 'FORBIDDEN',
          'nor enters a work');

-- a week with one
UPDATE current_canvas SET current_game_mode_id =
    (SELECT id FROM game_modes WHERE slug = 'pixel-art-challenge');

SELECT ok((api_votes() ->> 'enabled')::boolean, 'there is a vote');
SELECT is(json_array_length(api_votes() #> '{mode,standings}'), 7,
          'all modes but the one that is played');
SELECT is(api_votes() #>> '{mode,standings,0}',
          '{"id" : "classic", "name" : "Classic Mode", "votes" : 0}',
          'the heaviest first');

-- who
SELECT is(pg_temp.vote('v2', 'eve', 'mode', 'speed-run'), 'FORBIDDEN',
          'nobody who has not placed');
SELECT is(pg_temp.vote('v3', 'ada', 'mode', 'speed-run'), 'OK', 'ada has');
SELECT is(job_vote(job('v4', 'bot', '{"kind": "mode", "id": "classic"}',
                       'a')) ->> 'code', 'OK', 'agents vote');
SELECT is(job_vote(job('v5', 'carl', '{"kind": "mode", "id": "classic"}',
                       'u')) ->> 'code', 'UNAUTHORIZED',
          'a registered user that does not exist');
SELECT is(job_vote(job('v5', 'carl', '{"kind": "mode", "id": "classic"}',
                       'a')) ->> 'code', 'UNAUTHORIZED', 'such an agent');
UPDATE users SET is_banned = true WHERE id = actor('bob');
SELECT is(pg_temp.vote('v6', 'bob', 'mode', 'classic'), 'BANNED',
          'nobody who is banned');
UPDATE users SET is_banned = false WHERE id = actor('bob');

-- for what
SELECT is(pg_temp.vote('v7', 'ada', 'mode', 'no-such-mode'), 'NOT_FOUND',
          'no such mode');
SELECT is(pg_temp.vote('v7', 'ada', 'mode', 'pixel-art-challenge'),
          'NOT_FOUND', 'not the one that is played');
UPDATE game_modes SET is_active = false WHERE slug = 'color_wars';
SELECT is(pg_temp.vote('v7', 'ada', 'mode', 'color_wars'), 'NOT_FOUND',
          'none that is not active');
SELECT is(pg_temp.vote('v7', 'ada', 'art', pg_temp.work('a1')), 'NOT_FOUND',
          'no such work');
SELECT is(pg_temp.vote('v7', 'ada', 'art', 'x'), 'NOT_FOUND', 'no UUID');
SELECT is(pg_temp.vote('v7', 'ada', 'king', 'x'), 'INVALID_MESSAGE',
          'no such kind');
SELECT is(pg_temp.vote('v7', 'ada', NULL, 'x'), 'INVALID_MESSAGE', 'no kind');
SELECT is(pg_temp.vote('v7', 'ada', 'mode', NULL), 'INVALID_MESSAGE',
          'no choice');
SELECT is(job_vote(job('v7', 'ada', '[]')) ->> 'code', 'INVALID_MESSAGE',
          'an array');
SELECT is(pg_temp.modes(), 'classic 1, speed-run 1', 'two votes');

-- again
SELECT is(pg_temp.vote('v3', 'ada', 'mode', 'speed-run'), 'OK',
          'the same job twice');
SELECT is(pg_temp.modes(), 'classic 1, speed-run 1', 'counts once');
SELECT is(pg_temp.vote('v8', 'ada', 'mode', 'chaos_mode'), 'OK',
          'another choice');
SELECT is(pg_temp.modes(), 'classic 1, chaos_mode 1', 'takes its place');

-- works of art
SELECT is(pg_temp.enter('a1', 'ada', '  Cat ', 0, 0, 10, 10), 'OK', 'a cat');
SELECT is(job_artwork(job('a1', 'ada', '{}')) #>> '{body,title}', 'Cat',
          'the same job again is answered the same');
SELECT is(pg_temp.enter('a2', 'bob', 'Dog', 490, 490, 10, 10), 'OK',
          'up to the edge');
SELECT is(pg_temp.enter('a3', 'bob', 'Hen', 491, 0, 10, 1), 'INVALID_COORDS',
          'not beyond');
SELECT is(pg_temp.enter('a3', 'bob', 'Hen', 0, 490, 1, 11), 'INVALID_COORDS',
          'nor below');
SELECT is(pg_temp.enter('a3', 'bob', 'Hen', -1, 0, 1, 1), 'INVALID_COORDS',
          'nor before');
SELECT is(pg_temp.enter('a3', 'bob', 'Hen', 0, 0, 0, 1), 'INVALID_COORDS',
          'an empty one');
SELECT is(pg_temp.enter('a3', 'bob', 'Hen', 0.5, 0, 1, 1), 'INVALID_COORDS',
          'half a pixel');
SELECT is(pg_temp.enter('a3', 'bob', 'Hen', 1e30, 0, 1, 1), 'INVALID_COORDS',
          'far away');
SELECT is(pg_temp.enter('a3', 'bob', 'Hen', NULL, 0, 1, 1),
          'INVALID_MESSAGE', 'no number');
SELECT is(pg_temp.enter('a3', 'bob', t, 0, 0, 1, 1), 'INVALID_MESSAGE',
          'a title like ' || coalesce(quote_literal(t), 'none'))
  FROM unnest(ARRAY[NULL, '', '  ', E'a\nb', E'a\u0085b', repeat('x', 81)])
       AS t;
SELECT is(pg_temp.enter('a3', 'eve', 'Hen', 0, 0, 1, 1), 'FORBIDDEN',
          'of somebody who did not place');
SELECT is(job_artwork(job('a4', 'bot', '{"title": "Robot", "x": 1e1, "y": 2.0,
                          "width": 3, "height": 4}', 'a')) -> 'body',
          jsonb_build_object('id', pg_temp.work('a4'), 'title', 'Robot',
              'x', 10, 'y', 2, 'width', 3, 'height', 4, 'userId', NULL,
              'agentId', actor('bot'), 'username', 'bot', 'votes', 0),
          'whole numbers, however they are written');
SELECT is(pg_temp.enter('b' || n, 'bob', 'Hen ' || n, 0, 0, 1, 1),
          CASE WHEN n <= 4 THEN 'OK' ELSE 'CONFLICT' END, 'work ' || n)
  FROM generate_series(1, 5) AS n;
DELETE FROM artworks WHERE title LIKE 'Hen%';

SELECT is(pg_temp.vote('v9', 'ada', 'art', pg_temp.work('a1')), 'FORBIDDEN',
          'not for oneself');
SELECT is(pg_temp.vote('v9', 'ada', 'art', pg_temp.work('a2')), 'OK');
SELECT is(pg_temp.vote('v10', 'bob', 'art', pg_temp.work('a1')), 'OK');
SELECT is(job_vote(job('v11', 'bot', jsonb_build_object(
              'kind', 'art', 'id', upper(pg_temp.work('a1'))), 'a'))
          ->> 'code', 'OK', 'however it is written');
SELECT is(pg_temp.art(), 'Cat 2, Dog 1, Robot 0', 'the standings');
SELECT results_eq(
    'SELECT actor_id, votes FROM votes_by_actor ORDER BY votes DESC',
    $$VALUES (actor('ada'), 2::numeric), (actor('bob'), 1),
             (actor('bot'), 0)$$, 'by their authors');
UPDATE users SET is_banned = true WHERE id = actor('bob');
SELECT is(pg_temp.art(), 'Cat 1, Dog 1, Robot 0',
          'those of the banned do not count');
UPDATE users SET is_banned = false WHERE id = actor('bob');

-- the choice
SELECT is(pg_temp.vote('v12', 'bob', 'mode', 'chaos_mode'), 'OK');
SELECT is(choose_game_mode(NULL, 0), 'chaos_mode', 'most votes');
SELECT is(choose_game_mode('speed-run', 0), 'speed-run',
          'the operator has the last word');
UPDATE current_canvas SET next_game_mode_id =
    (SELECT id FROM game_modes WHERE slug = 'pixel_decay');
SELECT is(choose_game_mode(NULL, 0), 'pixel_decay', 'scheduled before that');
UPDATE current_canvas SET next_game_mode_id = NULL;
SELECT is(pg_temp.vote('v13', 'bob', 'mode', 'territory-wars'), 'OK');
SELECT is(choose_game_mode(NULL, 0.9), 'classic', 'a tie: the heaviest');
UPDATE game_modes SET is_active = false WHERE slug = 'classic';
SELECT is(choose_game_mode(NULL, 0.9), 'territory-wars',
          'who stands no more is not elected');
UPDATE game_modes SET is_active = true WHERE slug = 'classic';

-- the week turns
SELECT is(count(*), 1::bigint, 'chosen')
  FROM rotation_begin(1, NULL, true) WHERE game_mode_slug = 'classic';
SELECT is(pg_temp.vote('v14', 'ada', 'mode', 'speed-run'), 'CONFLICT',
          'no vote while it turns');
SELECT is(pg_temp.enter('a5', 'ada', 'Late', 0, 0, 1, 1), 'CONFLICT');
SELECT rotation_step(id, 'turned', p_new_epoch => 2, p_turned_seq => 9)
  FROM rotations;
SELECT mark(2, 9, 'rotate');
SELECT put(2, 10, 12, 'ada');
SELECT is(pg_temp.vote('v14', 'ada', 'mode', 'speed-run'), 'CONFLICT',
          'until it is archived');
SELECT archive_and_reset_week(image());
SELECT is(stats #> '{artworks,0}',
          jsonb_build_object('id', pg_temp.work('a1'), 'title', 'Cat',
              'x', 0, 'y', 0, 'width', 10, 'height', 10,
              'user_id', actor('ada'), 'agent_id', NULL,
              'username', (SELECT username FROM users
                            WHERE id = actor('ada')),
              'votes', 2), 'the archive tells the best')
  FROM canvas_archives;
SELECT is(count(*), 0::bigint, 'nothing is left behind')
  FROM votes WHERE archive_id IS NULL;
UPDATE current_canvas SET current_game_mode_id =
    (SELECT id FROM game_modes WHERE slug = 'pixel-art-challenge');
SELECT is(pg_temp.art(), NULL, 'a fresh week has no works');
SELECT is(pg_temp.vote('v14', 'ada', 'art', pg_temp.work('a2')), 'NOT_FOUND',
          'and no vote for those of the last');
SELECT is(pg_temp.vote('v14', 'bob', 'mode', 'speed-run'), 'FORBIDDEN',
          'who placed in the last week has to place again');
SELECT is(pg_temp.vote('v14', 'ada', 'mode', 'speed-run'), 'OK');
SELECT is(pg_temp.modes(), 'speed-run 1', 'a new count');

SELECT finish();
ROLLBACK;
