-- Comments: what is one, who may write it and how often, and its pages.

BEGIN;
SELECT plan(31);

SET LOCAL client_min_messages = error;

CREATE FUNCTION pg_temp.say(p_id text, p_actor text, p_content text)
    RETURNS text
    LANGUAGE sql AS $$
    SELECT a ->> 'code' FROM job_comment(job(p_id, p_actor,
        jsonb_build_object('content', p_content))) AS a
$$;

INSERT INTO users (id, username, password_hash)
VALUES (actor('ada'), 'ada', 'x');
INSERT INTO agents (id, name) VALUES (actor('bot'), 'bot');
SELECT mark(1, 0, 'init');

SELECT is(job_comment(job('c1', 'ada', '{"content": "  Hello  "}', 'u'))
          #- '{body,createdAt}',
          jsonb_build_object('code', 'OK', 'status', 201,
              'body', jsonb_build_object('id', md5('c1')::uuid, 'seq', 1,
                  'content', 'Hello', 'userId', actor('ada'),
                  'agentId', NULL, 'username', 'ada')),
          'somebody who is registered');
SELECT is(pg_temp.say('c2', 'gus', 'Hi'), 'OK', 'a guest that never placed');
SELECT is(username::text, 'guest-' || left(md5('gus'), 16), 'has a row now')
  FROM users WHERE id = actor('gus');
SELECT is(job_comment(job('c3', 'bot', '{"content": "Beep"}', 'a'))
          #>> '{body,username}', 'bot', 'an agent');
SELECT put(1, 1, 3, 'gus');
SELECT is(pixels_placed, 3::bigint, 'the recorder knows the guest')
  FROM users WHERE id = actor('gus');

-- another guest has the name
INSERT INTO users (id, username, is_guest)
VALUES (gen_random_uuid(), 'guest-' || left(md5('hal'), 16), true);
SELECT is(pg_temp.say('c4', 'hal', 'Ho'), 'OK', 'a guest whose name is gone');
SELECT is(username::text, 'guest-' || right(md5('hal'), 26),
          'has a longer one') FROM users WHERE id = actor('hal');

-- the same job again
SELECT is(job_comment(job('c1', 'ada', '{"content": "  Hello  "}', 'u'))
          #>> '{body,seq}', '1', 'answered as before');
SELECT is(count(*), 4::bigint, 'and not written twice') FROM comments;

-- what is none
SELECT is(pg_temp.say('d' || n, 'ivy', t), 'INVALID_MESSAGE',
          'comment ' || n)
  FROM unnest(ARRAY[NULL, '', E' \t\n ', E'a\nb', E'a\u001bb', E'a\u009fb',
                    repeat('x', 501)]) WITH ORDINALITY AS v (t, n);
SELECT is(job_comment(job('d8', 'ivy', '{"content": 5}')) ->> 'code',
          'INVALID_MESSAGE', 'a number');
SELECT is(job_comment(job('d9', 'ivy', '"x"')) ->> 'code',
          'INVALID_MESSAGE', 'no object');
SELECT is(pg_temp.say('d10', 'ivy', repeat('ä', 500)), 'OK',
          '500 characters are 1000 bytes');

-- who may not
SELECT is(job_comment(job('e1', 'nobody', '{"content": "x"}', 'u'))
          ->> 'code', 'UNAUTHORIZED', 'no such user');
SELECT is(job_comment(job('e1', 'nobody', '{"content": "x"}', 'a'))
          ->> 'code', 'UNAUTHORIZED', 'no such agent');
UPDATE users SET is_banned = true WHERE id = actor('hal');
SELECT is(pg_temp.say('e2', 'hal', 'x'), 'BANNED', 'banned');

-- how often
SELECT is(pg_temp.say('e3', 'gus', 'x'), 'RATE_LIMITED', 'two at once');
SELECT ok((job_comment(job('e3', 'gus', '{"content": "x"}'))
           ->> 'cooldownRemaining')::numeric BETWEEN 0.001 AND 10,
          'and how long to wait');
UPDATE comments SET created_at = created_at - interval '10 seconds';
SELECT is(pg_temp.say('e3', 'gus', 'Again'), 'OK', 'ten seconds later');

-- pages
SELECT results_eq(
    $$SELECT c ->> 'content' FROM json_array_elements(
        api_comments(NULL, 2) -> 'comments') AS c$$,
    $$VALUES ('Again'), (repeat('ä', 500))$$, 'newest first');
SELECT is(api_comments((api_comments(NULL, 2) ->> 'next')::bigint, 4)
          #>> '{comments,0,content}', 'Ho', 'the next page');
SELECT is(api_comments(NULL, 6) ->> 'next', NULL, 'the last page');
SELECT throws_ok('SELECT api_comments(NULL, 0)', '22023');
SELECT throws_ok('SELECT api_comments(NULL, 201)', '22023');

-- the week turns, later
UPDATE comments SET created_at = created_at - interval '1 minute';
SELECT archive_and_reset_week(image());
SELECT is(api_comments(NULL, NULL)::jsonb,
          '{"comments": [], "next": null}', 'a fresh week has none');

SELECT finish();
ROLLBACK;
