-- What nginx passes through: shapes, paging, refusals, and the use of indexes.

BEGIN;
SELECT plan(79);

SELECT mark(1, 0, 'init');
INSERT INTO users (id, username, password_hash)
VALUES (actor('ada'), 'ada', 'x');
INSERT INTO agents (id, name) VALUES (actor('bot'), 'bot');
SELECT put(1, 1, 5, 'ada', NULL, '2026-01-27 12:00:00.001+00');
SELECT put(1, 6, 6, NULL, 'bot', '2026-01-27 11:59:59.994+00');
SELECT mark(2, 6, 'restart');
SELECT put(2, 7, 9, 'ada');

SET LOCAL ROLE canvas_web;
SET LOCAL timezone = 'America/New_York';

-- history
SELECT is(api_history_recent(NULL, 1)::jsonb, format(
    '{"events": [{"seq": 9, "x": 9, "y": 0, "color": 9, "userId": "%s",
      "username": "ada", "createdAt": "2026-01-27T12:00:00.009Z"}],
      "next": "2-9"}', actor('ada'))::jsonb, 'an event of a user');
SELECT is(api_history_recent('2-7', 1)::jsonb, format(
    '{"events": [{"seq": 6, "x": 6, "y": 0, "color": 6, "userId": "%s",
      "username": "bot", "createdAt": "2026-01-27T12:00:00Z"}],
      "next": "1-6"}', actor('bot'))::jsonb,
    'an event of an agent, on the full second');
SELECT is(array(SELECT json_object_keys(api_history_recent(NULL, 1))),
          ARRAY['events', 'next'], 'fields of a page');
SELECT is(array(SELECT json_object_keys(
              api_history_recent(NULL, 1)->'events'->0)),
          ARRAY['seq', 'x', 'y', 'color', 'userId', 'username', 'createdAt'],
          'fields of an event');

CREATE FUNCTION pg_temp.pages(p_query text) RETURNS text[]
    LANGUAGE plpgsql AS $$
DECLARE
    v_page  json;
    v_next  text;
    v_seqs  text[];
BEGIN
    LOOP
        EXECUTE p_query INTO v_page USING v_next;
        v_seqs := v_seqs || (SELECT string_agg(e->>'seq', ' ')
                               FROM json_array_elements(v_page->'events') AS e);
        v_next := v_page->>'next';
        EXIT WHEN v_next IS NULL;
    END LOOP;
    RETURN v_seqs;
END
$$;

SELECT is(pg_temp.pages('SELECT api_history_recent($1, 4)'),
          ARRAY['9 8 7 6', '5 4 3 2', '1'], 'pages of all');
SELECT is(pg_temp.pages('SELECT api_history_recent($1, 3)'),
          ARRAY['9 8 7', '6 5 4', '3 2 1'], 'the last page is full');
SELECT is(pg_temp.pages($$SELECT api_history_user(actor('ada'), $1, 3)$$),
          ARRAY['9 8 7', '5 4 3', '2 1'], 'pages of a user');
SELECT is(pg_temp.pages($$SELECT api_history_user(actor('bot'), $1, 3)$$),
          ARRAY['6'], 'pages of an agent');
SELECT is(pg_temp.pages('SELECT api_history_pixel(7, 0, $1, 1)'),
          ARRAY['7'], 'pages of a pixel');
SELECT is(api_history_pixel(400, 400, NULL, NULL)::jsonb,
          '{"events": [], "next": null}', 'an untouched pixel');
SELECT is(json_array_length(api_history_recent(NULL, NULL)->'events'), 9,
          'no limit: the default');

SELECT throws_ok(format('SELECT api_history_recent(%L, 10)', before),
                 '22023', NULL, format('before %L', before))
  FROM unnest(ARRAY['', 'x', '1', '1-', '-1', '1-2-3', ' 1-2', '1-2 ',
                    E'1-2\n', '01-2', '1.0-2', '1e3-1', '-1-2',
                    '9007199254740992-0', '0-9007199254740992',
                    '99999999999999999999-1', '1-2;drop table users'])
           AS before;
SELECT lives_ok($$SELECT api_history_recent('9007199254740991-0', 10)$$);
SELECT throws_ok(format('SELECT api_history_recent(NULL, %s)', n), '22023',
                 NULL, format('limit %s', n))
  FROM unnest(ARRAY[0, -1, 1001, 2147483647]) AS n;
SELECT lives_ok('SELECT api_history_recent(NULL, 1000)');
SELECT throws_ok('SELECT api_history_pixel(-1, 0, NULL, 1)', '22023');
SELECT throws_ok('SELECT api_history_pixel(0, 65536, NULL, 1)', '22023');
SELECT throws_ok('SELECT api_history_pixel(NULL, 0, NULL, 1)', '22023');
SELECT throws_ok('SELECT api_history_user(NULL, NULL, 1)', '22023');

-- the game
SELECT is(array(SELECT json_object_keys(api_game_current())),
          ARRAY['currentMode', 'week', 'timeUntilReset',
                'timeUntilAnnouncement', 'serverTime'], 'current');
SELECT is(array(SELECT json_object_keys(api_game_current()->'currentMode')),
          ARRAY['id', 'name', 'description', 'icon', 'rules', 'difficulty']);
SELECT is(array(SELECT json_object_keys(api_game_current()->'week')),
          ARRAY['weekNumber', 'year', 'startedAt', 'resetAt']);
SELECT is(api_game_current()->'currentMode'->>'id', 'classic',
          'a mode''s id is its slug');
SELECT ok((api_game_current()->>'timeUntilReset')::bigint
          BETWEEN 0 AND 7 * 86400000, 'milliseconds');
SELECT matches(api_game_current()->'week'->>'resetAt',
               '^\d{4}-\d\d-\d\dT14:00:00Z$');
SELECT is(api_game_upcoming()::jsonb, '{"upcomingMode": null,
    "announced": false,
    "message": "Next week''s game mode will be announced soon"}');
SELECT is((api_game_modes(NULL)->>'total')::int, 8, 'all modes');
SELECT is(array(SELECT json_object_keys(api_game_modes(true)->'modes'->0)),
          ARRAY['id', 'name', 'description', 'icon', 'rules', 'difficulty',
                'is_active', 'created_at']);
SELECT is(array(SELECT json_object_keys(
              api_game_modes(true)->'groupedByDifficulty')),
          ARRAY['easy', 'medium', 'hard', 'chaos']);
SELECT is(api_game_modes(true)->'groupedByDifficulty'->'chaos'->0->>'id',
          'chaos_mode');

RESET ROLE;
UPDATE game_modes SET is_active = false WHERE slug = 'chaos_mode';
UPDATE current_canvas
   SET next_game_mode_id = (SELECT id FROM game_modes
                             WHERE slug = 'speed-run'),
       announce_next_at = now() + interval '1 hour',
       week_resets_at = now() + interval '1 day',
       week_started_at = now() - interval '6 days';
SET LOCAL ROLE canvas_web;

SELECT is((api_game_modes(true)->>'total')::int, 7, 'active modes');
SELECT is((api_game_modes(false)->>'total')::int, 8, 'and the others');
SELECT is(api_game_upcoming()->>'announced', 'false', 'still a secret');
SELECT ok((api_game_current()->>'timeUntilAnnouncement')::bigint
          BETWEEN 1 AND 3600000, 'until it is announced');

RESET ROLE;
UPDATE current_canvas SET announce_next_at = now() - interval '1 second',
                          week_resets_at = now() - interval '1 hour',
                          rules = '{"cooldown_ms": 7}';
SET LOCAL ROLE canvas_web;

SELECT is(api_game_upcoming()->'upcomingMode'->>'id', 'speed-run');
SELECT is(array(SELECT json_object_keys(api_game_upcoming())),
          ARRAY['upcomingMode', 'announced', 'startsAt', 'serverTime']);
SELECT is(api_game_current()->>'timeUntilAnnouncement', NULL);
SELECT is(api_game_current()->'currentMode'->'rules'->>'cooldown_ms', '7',
          'the rules in force');
SELECT is(api_game_current()->>'timeUntilReset', '0', 'never negative');

-- archives
SELECT is(api_archives(NULL, NULL)::jsonb, '{"archives": [], "pagination":
    {"page": 1, "limit": 12, "total": 0, "totalPages": 0}}');

RESET ROLE;
SELECT archive_and_reset_week(image(), 'color_wars');
SELECT archive_and_reset_week(image(), 'classic') FROM generate_series(1, 2);
SET LOCAL ROLE canvas_web;

SELECT is(api_archives(2, 2)::jsonb->'pagination',
          '{"page": 2, "limit": 2, "total": 3, "totalPages": 2}');
SELECT is(json_array_length(api_archives(2, 2)->'archives'), 1);
SELECT is(array(SELECT json_object_keys(
              api_archives(1, 1)->'archives'->0)),
          ARRAY['id', 'week_number', 'year', 'started_at', 'ended_at',
                'image_url', 'thumbnail_url', 'heatmap_url', 'video_url',
                'total_pixels_placed', 'unique_contributors', 'game_mode_id',
                'game_modes']);
SELECT is(array(SELECT json_object_keys(
              api_archives(1, 1)->'archives'->0->'game_modes')),
          ARRAY['id', 'name', 'description', 'icon', 'difficulty']);
SELECT throws_ok(format('SELECT api_archives(%s)', p), '22023', NULL, p)
  FROM unnest(ARRAY['0, 1', '-1, 1', '1, 0', '1, 1001']) AS p;
SELECT lives_ok('SELECT api_archives(2147483647, 1000)');
SELECT is(api_archive(id)->>'winner_username', 'ada', 'one archive')
  FROM canvas_archives WHERE total_pixels_placed = 9;
SELECT is(api_archive(actor('nobody'))::text, NULL, 'no such archive');

-- a log of 60,000 events: every page is found through an index
RESET ROLE;
SELECT batch_begin();
INSERT INTO record_batch
SELECT 2, seq, seq * 7 % 500, seq * 13 % 500, 1, 2,
       md5((seq % 700)::text)::uuid, NULL, NULL,
       now() + (seq % 3) * interval '7 days'
  FROM generate_series(10, 60000) AS seq;
SELECT batch_commit(2, 60000);
ANALYZE pixel_events;

-- rows that a query reads of pixel_events, through indexes or not
CREATE FUNCTION pg_temp.reads(p_query text) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    c_count   CONSTANT text :=
        'SELECT sum(seq_tup_read + idx_tup_fetch)
           FROM pg_stat_xact_user_tables
          WHERE relname LIKE ''pixel\_events\_2%''';
    v_before  bigint;
    v_after   bigint;
BEGIN
    EXECUTE c_count INTO v_before;
    EXECUTE p_query;
    EXECUTE c_count INTO v_after;
    RETURN v_after - v_before;
END
$$;

SELECT cmp_ok(pg_temp.reads('SELECT count(*) FROM pixel_events'), '>=',
              59991::bigint, 'the count sees a whole read');
SELECT cmp_ok(pg_temp.reads('SELECT ' || q), '<=', 400::bigint,
              'few rows are read: ' || q)
  FROM unnest(ARRAY[
      'api_history_recent(NULL, 100)',
      $$api_history_recent('2-30000', 100)$$,
      'api_history_pixel(7, 13, NULL, 100)',
      $$api_history_pixel(7, 13, '2-30000', 100)$$,
      $$api_history_user(md5('7')::uuid, NULL, 100)$$,
      $$api_history_user(md5('7')::uuid, '2-30000', 50)$$,
      $$mark(3, 60000, 'restart')$$]) AS q;
SELECT is(count(*), 0::bigint, 'and nothing was lost')
  FROM pixel_events_lost;

SELECT finish();
ROLLBACK;
