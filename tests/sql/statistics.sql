-- What a week comes to: counted here by hand, handed over by the helper, what
-- the tables refuse, and the indexes that questions about it are answered by.

BEGIN;
SELECT plan(50);

SELECT FROM canvas_setup(500, 500, 15, (SELECT palette FROM current_canvas));

INSERT INTO users (id, username, password_hash)
VALUES (actor('ada'), 'ada', 'x'), (actor('bob'), 'bob', 'x'),
       (actor('eve'), 'eve', 'x');
INSERT INTO agents (id, name) VALUES (actor('bot'), 'bot'),
                                     (actor('rob'), 'rob'),
                                     (actor('tim'), 'tim');

-- the score
SELECT is(week_score(s::jsonb, 10, 4, 3, 2), want, s)
  FROM (VALUES ('{}', 10::numeric),
               ('{"pixel_points": 0}', 0),
               ('{"pixel_points": 2, "territory_multiplier": 5,
                  "collaboration_bonus": 1.5, "vote_points": 10}', 64.5))
       AS v (s, want);
SELECT is(week_score('{"territory_multiplier": 5}', 10, NULL, NULL, NULL),
          10::numeric, 'what was not counted gives no points');

-- reputation: taking part, whom one leaves behind, winning
SELECT is(week_reputation(rank, participants, won), want,
          format('%s of %s', rank, participants))
  FROM (VALUES (1, 1, true, 60), (1, 1, false, 10), (1, 5, true, 100),
               (1, 5, NULL, 50), (3, 5, false, 30), (5, 5, false, 10),
               (2, 4, false, 37)) AS v (rank, participants, won, want);

-- by hand, from the log alone
SELECT mark(1, 0, 'init');
SELECT put(1, 1, 3, 'ada');
SELECT put(1, 4, 6, 'bob');
SELECT put(1, 7, 8, NULL, 'bot');
SELECT put(1, 9, 9, NULL, 'rob');
SELECT put(1, 10, 10, 'eve');
SELECT archive_and_reset_week(image());

SELECT results_eq(
    $$SELECT username::text, s.pixels_placed, score, overall_rank, user_rank
        FROM weekly_user_stats s JOIN users u ON u.id = s.user_id
       ORDER BY username$$,
    $$VALUES ('ada', 3, 3::numeric, 1, 1), ('bob', 3, 3, 1, 1),
             ('eve', 1, 1, 4, 3)$$, 'users: a tie shares a rank');
SELECT results_eq(
    $$SELECT name, pixels_placed, score, overall_rank, agent_rank,
             reputation_earned
        FROM weekly_agent_stats s JOIN agents a ON a.id = s.agent_id
       ORDER BY name$$,
    $$VALUES ('bot', 2, 2::numeric, 3, 1, 80), ('rob', 1, 1, 4, 2, 20)$$,
    'agents');
SELECT is((pixels_overwritten, pixels_survived, largest_territory_size,
           final_territory_size, collaborations_count,
           unique_collaborators)::text, '(,,,,,)',
          'what needs the order of the log is not known')
  FROM weekly_user_stats WHERE user_id = actor('ada');
SELECT is((winner_user_id, winner_agent_id, winner_faction_id)::text,
          (actor('ada'), actor('bot'), NULL::text)::text,
          'of a tie wins who was there first') FROM canvas_archives;
SELECT is(array_agg(key ORDER BY key),
          ARRAY['artworks', 'colors', 'heatmap_data', 'notable_moments',
                'objectives_completed', 'top_agents', 'top_contributors',
                'top_factions', 'totals'], 'nothing is missing')
  FROM canvas_archives, jsonb_object_keys(stats) AS key;
SELECT is(stats - 'top_contributors' - 'top_agents' - 'totals',
          '{"artworks": [], "colors": [], "heatmap_data": null,
            "notable_moments": [], "objectives_completed": {},
            "top_factions": []}', 'but empty') FROM canvas_archives;

-- the same with what the helper counted: a week of territory and factions
UPDATE weekly_objectives SET target = 5
 WHERE archive_id IS NULL AND metric = 'pixels' AND target = 10;
UPDATE current_canvas
   SET current_game_mode_id = (SELECT id FROM game_modes
                                WHERE slug = 'territory-wars'),
       factions = ARRAY['red', 'blue'], rules = '{}';
SELECT put(1, 11, 15, 'ada');
SELECT put(1, 16, 16, 'ada');
SELECT put(1, 17, 20, 'bob');
SELECT put(1, 21, 23, NULL, 'bot');
SELECT put(1, 24, 24, 'guest');
SELECT mark(2, 24, 'reset');
SELECT mark(3, 24, 'rotate');
INSERT INTO rotations
    (closing_epoch, new_epoch, turned_seq, game_mode_slug, week_number, year,
     new_week_number, new_year, new_resets_at, step)
SELECT 2, 3, 24, 'classic', week_number, year, week_number, year,
       week_resets_at + interval '7 days', 'drained' FROM current_canvas;

CREATE FUNCTION pg_temp.id() RETURNS bigint LANGUAGE sql
BEGIN ATOMIC SELECT id FROM rotations WHERE new_epoch = 3; END;

SELECT results_eq(
    $$SELECT width, height, colors, epoch, from_seq, to_seq, fresh
        FROM week_plan(pg_temp.id())$$,
    $$VALUES (500, 500, 16, 1::bigint, 10::bigint, 24::bigint, false),
             (500, 500, 16, 2, 24, 24, true)$$,
    'a reset is part of the week although nothing followed it');

CREATE FUNCTION pg_temp.stage(p_digest text) RETURNS void LANGUAGE sql AS $$
    SELECT week_tables();
    DELETE FROM week_counted;
    DELETE FROM week_totals;
    DELETE FROM week_factions;
    DELETE FROM week_staged;
    INSERT INTO week_counted VALUES
    (actor('ada'), false, NULL, NULL, 6, 16, '2026-01-27', 2, 2, 1, 0, 0),
    (actor('bob'), false, NULL, NULL, 4, 20, '2026-01-27', 1, 3, 3, 2, 1),
    (actor('bot'), true, NULL, NULL, 3, 23, '2026-01-28', 0, 3, 2, 3, 2),
    (actor('guest'), false, NULL, NULL, 1, 24, '2026-01-29', 1, 1, 0, 1, 1),
    (NULL, false, 1, 3, 10, 20, '2026-01-27', 3, 5, 4, 2, 1),
    (NULL, false, 2, 1, 4, 24, '2026-01-27', 1, 4, 2, 4, 1);
    SELECT week_stage(pg_temp.id(), p_digest,
        jsonb_build_object('system', 2, 'colors', '[0, 3, 0, 11]'::jsonb,
            'heatmap', '{"cell": 10, "width": 1, "height": 1,
                         "counts": [14]}'::jsonb,
            'moments', jsonb_build_array(
                '{"what": "pixels", "us": 1769500000000000,
                  "value": 10000}'::jsonb,
                '{"what": "pixels", "us": 1769500000500000,
                  "value": 1000000}'::jsonb,
                jsonb_build_object('what', 'territory', 'us', 0, 'value', 3,
                                   'actor', actor('bot')),
                jsonb_build_object('what', 'last', 'us', 0, 'value', 3,
                                   'actor', actor('nobody')))))
$$;

SELECT count(*) FROM (SELECT week_tables()) AS t;
SELECT count(*) FROM (SELECT pg_temp.stage('other')) AS t;
SELECT throws_ok($$SELECT archive_and_reset_week(image())$$, '40001', NULL,
                 'counted from another log: to be counted again');
SELECT count(*) FROM (SELECT pg_temp.stage(digest)
                        FROM week_plan(pg_temp.id()) LIMIT 1) AS t;

CREATE TEMPORARY TABLE archived AS
SELECT archive_and_reset_week(image()) AS id;
SELECT is(archive_and_reset_week(image()), id, 'again: the same archive')
  FROM archived;

-- territory-wars: pixels + 5 largest + 1.5 collaborations
SELECT results_eq(
    $$SELECT username::text, s.pixels_placed, pixels_overwritten,
             pixels_survived, largest_territory_size, final_territory_size,
             collaborations_count, unique_collaborators, score,
             overall_rank, user_rank, objectives_completed
        FROM weekly_user_stats s JOIN users u ON u.id = s.user_id
       WHERE archive_id = (SELECT id FROM archived) ORDER BY overall_rank$$,
    $$VALUES ('bob', 4, 1, 3, 3, 3, 2, 1, 22::numeric, 2, 1, '{}'::text[]),
             ('ada', 6, 2, 4, 2, 1, 0, 0, 16, 3, 2, '{first_steps}'),
             ('guest-' || left(md5('guest'), 16), 1, 1, 0, 1, 0, 1, 1, 7.5,
              4, 3, '{}')$$, 'users, every column');
SELECT results_eq(
    $$SELECT agent_id, pixels_placed, pixels_overwritten, pixels_survived,
             largest_territory_size, final_territory_size,
             collaborations_count, unique_collaborators, score,
             overall_rank, agent_rank, reputation_earned
        FROM weekly_agent_stats
       WHERE archive_id = (SELECT id FROM archived)$$,
    $$VALUES (actor('bot'), 3, 0, 3, 3, 2, 3, 2, 22.5, 1, 1, 100)$$,
    'agents, every column');
SELECT results_eq(
    $$SELECT faction_id, members, pixels_placed, pixels_overwritten,
             pixels_survived, largest_territory_size, final_territory_size,
             collaborations_count, unique_collaborators, score, faction_rank
        FROM weekly_faction_stats
       WHERE archive_id = (SELECT id FROM archived) ORDER BY faction_rank$$,
    $$VALUES ('red', 3, 10::bigint, 3::bigint, 7::bigint, 5, 4, 2::bigint, 1,
              38::numeric, 1),
             ('blue', 1, 4, 1, 3, 4, 2, 4, 1, 30, 2)$$,
    'factions, every column, by name');
SELECT is((winner_user_id, winner_agent_id, winner_faction_id,
           total_pixels_placed, unique_contributors)::text,
          (actor('bob'), actor('bot'), 'red', 14, 4)::text,
          'the score wins, not the pixels')
  FROM canvas_archives JOIN archived USING (id);
SELECT is((reputation, weeks_played, weeks_won, best_week_pixels,
           best_overall_rank, pixels_placed, pixels_survived,
           collaborations_count, largest_territory_size)::text,
          '(180,2,2,3,1,5,3,3,3)', 'sums of two weeks')
  FROM agent_reputation WHERE agent_id = actor('bot');

SELECT is(stats->'top_factions',
          '[{"faction_id": "red", "territory_count": 7, "pixels_placed": 10,
             "members": 3},
            {"faction_id": "blue", "territory_count": 3, "pixels_placed": 4,
             "members": 1}]', 'top_factions')
  FROM canvas_archives JOIN archived USING (id);
SELECT is(stats->'colors',
          '[{"index": 3, "color": "#00A368", "pixels_placed": 11},
            {"index": 1, "color": "#FFA800", "pixels_placed": 3}]', 'colors')
  FROM canvas_archives JOIN archived USING (id);
SELECT is(stats->'heatmap_data',
          '{"cell": 10, "width": 1, "height": 1, "counts": [14]}',
          'heatmap_data') FROM canvas_archives JOIN archived USING (id);
SELECT is(stats->'notable_moments',
          '[{"timestamp": "2026-01-27T07:46:40Z", "event": "First 10k pixels"},
            {"timestamp": "2026-01-27T07:46:40.500Z",
             "event": "First 1M pixels"},
            {"timestamp": "1970-01-01T00:00:00Z",
             "event": "Largest territory: 3 pixels of bot"},
            {"timestamp": "1970-01-01T00:00:00Z",
             "event": "Last pixel, by somebody"}]', 'notable_moments')
  FROM canvas_archives JOIN archived USING (id);
SELECT is(stats->'totals',
          '{"pixels_placed": 14, "contributors": 4, "users": 2, "guests": 1,
            "agents": 1, "faded": 2}', 'totals')
  FROM canvas_archives JOIN archived USING (id);

-- what was counted as events came is closed with what the week ended with
SELECT is(stats #> '{objectives_completed,first_steps}',
          jsonb_build_object('winner_id', actor('ada'), 'winner_name', 'ada',
                             'value', 6, 'completed', 1), 'who got furthest')
  FROM canvas_archives JOIN archived USING (id);
SELECT results_eq(
    $$SELECT u.username::text, p.value, p.completed_seq
        FROM objective_progress p
        JOIN weekly_objectives w ON w.id = p.weekly_objective_id
        JOIN objective_definitions d ON d.id = w.objective_id
        JOIN users u ON u.id = p.user_id
       WHERE w.archive_id = (SELECT id FROM archived)
         AND d.slug = 'first_steps'
       ORDER BY p.value DESC$$,
    $$VALUES ('ada', 6::bigint, 15::bigint), ('bob', 4, NULL),
             ('guest-' || left(md5('guest'), 16), 1, NULL)$$,
    'and who came closest');

-- and shown
SELECT is(v.w, '["bob", "bot", "red", true]', 'api_archive')
  FROM archived,
       LATERAL (SELECT api_archive(id)::jsonb AS a) AS j,
       LATERAL (SELECT jsonb_build_array(
           a->'winner_username', a->'winner_agent_name',
           a->'winner_faction_id',
           a->'stats' = (SELECT stats FROM canvas_archives c
                          WHERE c.id = archived.id)) AS w) AS v;
SELECT is((game_mode_name, winner_username, winner_agent_name,
           winner_faction_id, stats->'top_agents'->0->>'name')::text,
          '("Territory Wars",bob,bot,red,bot)', 'v_archive_history')
  FROM v_archive_history JOIN archived USING (id);
SELECT columns_are('canvas', 'v_current_week_leaderboard', ARRAY[
    'agent_id', 'agent_name', 'display_name', 'avatar_url', 'pixels_placed',
    'largest_territory_size', 'overall_rank', 'game_mode_name',
    'week_number', 'year']);

-- what the tables refuse
SELECT throws_ok(format(
    'UPDATE %s SET %s WHERE archive_id = %L', t, change, archived.id),
    '23514', NULL, t || ' ' || change)
  FROM archived, (VALUES
      ('weekly_user_stats', 'pixels_survived = pixels_survived + 1'),
      ('weekly_user_stats', 'final_territory_size = 1000'),
      ('weekly_user_stats', 'collaborations_count = 1000'),
      ('weekly_user_stats', 'overall_rank = 0'),
      ('weekly_agent_stats', 'pixels_overwritten = 1'),
      ('weekly_agent_stats', 'largest_territory_size = 0'),
      ('weekly_agent_stats', 'unique_collaborators = -1'),
      ('weekly_agent_stats', 'score = -1'),
      ('weekly_faction_stats', 'pixels_survived = 0'),
      ('weekly_faction_stats', 'members = 0')) AS v (t, change);

-- the web reads, and only that
SET LOCAL ROLE canvas_web;
SELECT is((SELECT count(*) FROM weekly_user_stats)::integer, 6);
SELECT is((SELECT count(*) FROM weekly_faction_stats)::integer, 2);
SELECT throws_ok('UPDATE weekly_user_stats SET score = 0', '42501');
SELECT throws_ok('DELETE FROM weekly_faction_stats', '42501');
SELECT throws_ok('INSERT INTO weekly_agent_stats (agent_id) '
                 'VALUES (gen_random_uuid())', '42501');
RESET ROLE;

SELECT finish();
ROLLBACK;
