-- Objectives: which are set, who completed them by which placement, what the
-- end of a week decides, rewards, and what everybody is told.

BEGIN;
SELECT plan(54);

SET LOCAL client_min_messages = error;

CREATE FUNCTION pg_temp.goals() RETURNS text[]
    LANGUAGE sql AS $$
    SELECT array_agg(o ->> 'id')
      FROM json_array_elements(api_objectives() -> 'objectives') AS o
$$;

CREATE FUNCTION pg_temp.goal(p_slug text) RETURNS jsonb
    LANGUAGE sql AS $$
    SELECT o::jsonb
      FROM json_array_elements(api_objectives() -> 'objectives') AS o
     WHERE o ->> 'id' = p_slug
$$;

CREATE FUNCTION pg_temp.told() RETURNS text
    LANGUAGE sql AS $$
    SELECT string_agg((notice::jsonb ->> 'objective') || ' '
                      || (notice::jsonb ->> 'username'), ', ')
      FROM announcements() WHERE kind = 'objective'
$$;

INSERT INTO users (id, username, password_hash)
VALUES (actor('ada'), 'ada', 'x'), (actor('bob'), 'bob', 'x');
INSERT INTO agents (id, name) VALUES (actor('bot'), 'bot');

-- the first week has its objectives
SELECT is(pg_temp.goals(),
          ARRAY['first_steps', 'pixel_artist', 'color_collector',
                'speed_demon', 'marathon', 'regular', 'pioneer', 'repainter',
                'territory_king', 'good_neighbor', 'survivor'],
          'all eleven in a classic week');
SELECT is(pg_temp.goal('first_steps'),
          '{"id": "first_steps", "name": "First Steps",
            "description": "Place 10 pixels", "metric": "pixels",
            "target": 10, "scope": "both", "reward": 5, "atWeekEnd": false,
            "completed": 0, "first": null, "leaders": []}', 'nobody yet');
SELECT is(api_objectives() #>> '{week,weekNumber}', week_number::text,
          'of this week') FROM current_canvas;

-- set by a migration, long before the canvas began
UPDATE weekly_objectives SET week_number = 1, year = 2020;
SELECT FROM canvas_setup(500, 500, 15, (SELECT palette FROM current_canvas));
SELECT is_empty(
    $$SELECT FROM weekly_objectives w, current_canvas c
       WHERE (w.week_number, w.year) <> (c.week_number, c.year)$$,
    'the week in which it did');

-- colour seq % 16 on the background, so seq 15, 31 ... is no fresh pixel
SELECT mark(1, 0, 'init');
SELECT put(1, 1, 9, 'ada');
SELECT is(pg_temp.goal('first_steps') ->> 'completed', '0', 'nine are not');
SELECT is(pg_temp.goal('first_steps') #>> '{leaders,0,value}', '9',
          'ten, but one sees how far');
SELECT is(pg_temp.told(), NULL, 'nothing to tell');
SELECT put(1, 10, 40, 'ada');
SELECT is(pg_temp.goal('first_steps') -> 'first',
          jsonb_build_object('userId', actor('ada'), 'agentId', NULL,
              'username', 'ada', 'completedAt', '2026-01-27T12:00:00.010Z'),
          'by the tenth');
SELECT is((completed_epoch, completed_seq)::text, '(1,10)', 'to the entry')
  FROM objective_progress p JOIN objective_definitions d
       ON d.id = p.objective_id WHERE d.slug = 'first_steps';
SELECT is((completed_epoch, completed_seq)::text, '(1,12)', 'twelve colors')
  FROM objective_progress p JOIN objective_definitions d
       ON d.id = p.objective_id WHERE d.slug = 'color_collector';
SELECT is(pg_temp.goal('pioneer') -> 'leaders' #>> '{0,value}', '38',
          'white on white paints nothing');

-- others after it, in one batch with an agent that was first
SELECT batch_begin();
SELECT stage(1, 41, 50, NULL, 'bot');
SELECT stage(1, 51, 160, 'bob');
SELECT batch_commit(1, 160);
SELECT is(pg_temp.goal('first_steps') ->> 'completed', '3', 'three by now');
SELECT is(pg_temp.goal('first_steps') #>> '{first,username}', 'ada',
          'the first stays');
SELECT is(pg_temp.goal('speed_demon') -> 'first',
          jsonb_build_object('userId', actor('bob'), 'agentId', NULL,
              'username', 'bob', 'completedAt', '2026-01-27T12:00:00.150Z'),
          'a hundred within the hour');
SELECT is((SELECT array_agg(l ->> 'username') FROM jsonb_array_elements(
              pg_temp.goal('first_steps') -> 'leaders') AS l),
          ARRAY['bob', 'ada', 'bot'], 'who has most leads');

-- telling
SELECT is(pg_temp.told(),
          'first_steps ada, color_collector ada, speed_demon bob, '
          || 'pioneer bob', 'the first of each, as they came');
SELECT is(notice::jsonb,
          jsonb_build_object('type', 'objective', 'objective', 'first_steps',
              'name', 'First Steps', 'userId', actor('ada'), 'agentId', NULL,
              'username', 'ada'), 'a notice')
  FROM announcements() LIMIT 1;
SELECT announcement_made(kind, id) FROM announcements();
SELECT is_empty('SELECT * FROM announcements()', 'once');
SELECT throws_ok($$SELECT announcement_made('war', gen_random_uuid())$$,
                 '22023');

-- what was told stays told when Redis comes back without the end
SELECT mark(2, 45, 'restart');
SELECT is(pg_temp.goal('first_steps') ->> 'completed', '1',
          'what is lost is not completed');
SELECT is(pg_temp.told(), NULL, 'ada is still the first');
SELECT put(2, 46, 150, 'ada');
SELECT is(pg_temp.goal('speed_demon') #>> '{first,username}', 'ada',
          'somebody else is the first now');
SELECT is(pg_temp.told(), 'speed_demon ada, pioneer ada', 'and is told');

-- the mode of the next week
SELECT is(count(*), 0::bigint, 'no mode to tell')
  FROM announcements() WHERE kind = 'upcoming';
UPDATE current_canvas SET announce_next_at = now() + interval '1 hour',
    next_game_mode_id = (SELECT id FROM game_modes WHERE slug = 'color_wars');
SELECT is(count(*), 0::bigint, 'a secret until then')
  FROM announcements() WHERE kind = 'upcoming';
UPDATE current_canvas SET announce_next_at = now() - interval '1 second';
SELECT is(notice::jsonb - 'serverTime',
          '{"type": "upcoming"}' || api_game_upcoming()::jsonb - 'serverTime',
          'then everybody is told')
  FROM announcements() WHERE kind = 'upcoming';
SELECT announcement_made(kind, id) FROM announcements();
SELECT is(count(*), 0::bigint, 'once') FROM announcements();
UPDATE current_canvas SET next_game_mode_id =
    (SELECT id FROM game_modes WHERE slug = 'chaos_mode');
SELECT is(notice::jsonb #>> '{upcomingMode,id}', 'chaos_mode',
          'another one is news again')
  FROM announcements() WHERE kind = 'upcoming';

-- who holds what at the end is known from the statistics
UPDATE weekly_objectives SET target = 5 WHERE at_week_end;
SELECT put(2, 151, 160, NULL, 'bot');
SELECT batch_begin();
CREATE FUNCTION pg_temp.close_with(p_ada integer, p_bot integer)
    RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    v_archive  canvas_archives;
    v_goal     weekly_objectives;
BEGIN
    v_archive := archive_insert(image(),
        (SELECT c FROM current_canvas c), NULL,
        (SELECT r FROM recorder_progress r));
    PERFORM archive_rank_agents(v_archive);
    PERFORM archive_rank_users(v_archive);
    UPDATE weekly_user_stats SET largest_territory_size = p_ada,
                                 final_territory_size = 1
     WHERE user_id = actor('ada');
    UPDATE weekly_agent_stats SET largest_territory_size = p_bot,
                                  final_territory_size = 1
     WHERE archive_id = v_archive.id;
    RETURN objectives_close(v_archive);
END
$$;
SAVEPOINT open;
SELECT is(pg_temp.close_with(7, 9) -> 'territory_king',
          jsonb_build_object('winner_id', actor('bot'), 'winner_name', 'bot',
                             'value', 9, 'completed', 1),
          'the largest territory is king');
SELECT is((objectives_completed, reputation_earned)::text,
          '("{first_steps,territory_king}",'
          || week_reputation(s.overall_rank, 2, true) + 55 || ')',
          'an agent is rewarded') FROM weekly_agent_stats s;
SELECT is(reputation, week_reputation(s.overall_rank, 2, true) + 55,
          'for its life')
  FROM agent_reputation JOIN weekly_agent_stats s USING (agent_id);
SELECT is(objectives_completed,
          '{first_steps,color_collector,speed_demon,pioneer}'::text[],
          'users have theirs')
  FROM weekly_user_stats WHERE user_id = actor('ada');
SELECT is(pg_temp.told(), 'territory_king bot',
          'news, though the week is over');
SELECT is(count(*), 0::bigint, 'none is left open')
  FROM weekly_objectives WHERE archive_id IS NULL;
ROLLBACK TO open;
SELECT is(pg_temp.close_with(3, 4) -> 'territory_king', NULL,
          'too small for a crown');
ROLLBACK TO open;
SELECT is(pg_temp.close_with(8, 8) #> '{territory_king}',
          jsonb_build_object('winner_id', least(actor('ada'), actor('bot')),
              'winner_name', CASE WHEN actor('ada') < actor('bot')
                                  THEN 'ada' ELSE 'bot' END,
              'value', 8, 'completed', 2), 'two of the same size');
SELECT is(pg_temp.told(), 'territory_king '
          || CASE WHEN actor('ada') < actor('bot') THEN 'ada' ELSE 'bot' END,
          'the same one is told of');
ROLLBACK TO open;
SELECT put(2, 160 + n, 160 + n, 'user' || n) FROM generate_series(1, 150) n;
UPDATE weekly_objectives SET target = 1 WHERE metric = 'survived';
CREATE FUNCTION pg_temp.all_survive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.pixels_overwritten := NEW.pixels_placed - 1;
    NEW.pixels_survived := 1;
    RETURN NEW;
END
$$;
CREATE TRIGGER survive BEFORE INSERT ON weekly_user_stats
    FOR EACH ROW EXECUTE FUNCTION pg_temp.all_survive();
SELECT is(pg_temp.close_with(8, 8) #>> '{survivor,completed}', '151',
          'of equals each, however many');
ROLLBACK TO open;
SELECT is(pg_temp.close_with(NULL, NULL) -> 'territory_king', NULL,
          'not counted, not decided');
ROLLBACK TO open;

-- a week whose mode leaves some out
SELECT archive_and_reset_week(image(), 'color_wars');
SELECT is('color_collector' = ANY (pg_temp.goals()), false,
          'one color each: none to collect');
SELECT is(pg_temp.goal('first_steps') -> 'leaders', '[]', 'all begin anew');
SELECT is(stats #>> '{objectives_completed,first_steps,winner_name}', 'ada',
          'the archive knows') FROM canvas_archives;
SELECT archive_and_reset_week(image(), 'speed-run');
SELECT is(pg_temp.goals() && ARRAY['marathon', 'regular'], false,
          'two days are no week');
UPDATE objective_definitions SET is_active = false;
SELECT archive_and_reset_week(image(), 'classic');
SELECT is(json_array_length(api_objectives() -> 'objectives'), 0,
          'none are active');
SELECT put(2, 161, 200, 'ada');
SELECT is(hour_pixels, 40, 'it is counted all the same')
  FROM user_profiles WHERE user_id = actor('ada');

-- counted anew: colours of a large palette, somebody whose row is gone
SELECT batch_begin();
INSERT INTO record_batch
SELECT 2, 200 + n, n, 0, c, 15, actor('ada'), NULL, NULL,
       '2026-01-27 12:00:00.3+00', n
  FROM unnest(ARRAY[255, 254, 192, 191, 128, 127, 64, 63, 0])
       WITH ORDINALITY AS v (c, n);
INSERT INTO record_batch
SELECT 2, 209 + n, n, 1, n, 15, actor('eve'), NULL, NULL,
       '2026-01-27 12:00:00.3+00', 4 - n
  FROM generate_series(1, 3) AS n;
SELECT batch_commit(2, 212);
SELECT is((get_bit(colors, 255), get_bit(colors, 192), get_bit(colors, 0),
           faction)::text, '(1,1,1,9)', 'the last faction is the one')
  FROM user_profiles WHERE user_id = actor('ada');
SELECT is(faction, 1::smallint, 'not the greatest')
  FROM user_profiles WHERE user_id = actor('eve');
CREATE TEMPORARY TABLE counted AS SELECT * FROM user_profiles;
SELECT week_recount(c) FROM current_canvas c;
SELECT results_eq('SELECT * FROM user_profiles ORDER BY user_id',
                  'SELECT * FROM counted ORDER BY user_id', 'the same');
DELETE FROM users WHERE id = actor('eve');
SELECT lives_ok('SELECT week_recount(c) FROM current_canvas c',
                'without who is gone');

-- constraints
SELECT throws_ok($$UPDATE objective_definitions SET metric = 'luck'$$,
                 '23514');
SELECT throws_ok($$UPDATE objective_definitions SET target = 0$$, '23514');
SELECT throws_ok($$UPDATE objective_progress SET completed_seq = NULL
                    WHERE completed_at IS NOT NULL$$, '23514');
SELECT throws_ok($$UPDATE objective_progress SET agent_id = actor('bot')
                    WHERE user_id IS NOT NULL$$, '23514');
SELECT throws_ok($$INSERT INTO weekly_objectives
    (objective_id, number, metric, target, scope, reward, at_week_end,
     week_number, year)
    SELECT id, 0, metric, target, scope, reward, at_week_end, w, 2026
      FROM objective_definitions, (VALUES (1), (1)) AS v (w)
     WHERE slug = 'survivor'$$, '23505');

SELECT finish();
ROLLBACK;
