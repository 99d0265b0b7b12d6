-- The tables, indexes and seeds that the public contract names.

BEGIN;
SELECT plan(77);

SELECT has_table('canvas'::name, t::name)
  FROM unnest(ARRAY[
      'users', 'user_profiles', 'agents', 'agent_reputation', 'game_modes',
      'current_canvas', 'canvas_archives', 'weekly_agent_stats', 'comments',
      'pixel_events', 'pixel_events_lost', 'canvas_epochs',
      'recorder_progress', 'rotations', 'canvas_snapshots',
      'admin_actions']) AS t;

SELECT has_view('canvas'::name, v::name, 'view ' || v)
  FROM unnest(ARRAY['v_current_week_leaderboard', 'v_archive_history',
                    'contributors_this_week']) AS v;

SELECT has_index('canvas'::name, t::name, i::name, 'index ' || i)
  FROM (VALUES
      ('game_modes', 'idx_game_modes_active'),
      ('game_modes', 'idx_game_modes_slug'),
      ('canvas_archives', 'idx_archives_week'),
      ('canvas_archives', 'idx_canvas_archives_game_mode'),
      ('canvas_archives', 'idx_canvas_archives_winner_user'),
      ('canvas_archives', 'idx_canvas_archives_winner_agent'),
      ('canvas_archives', 'idx_canvas_archives_winner_faction'),
      ('weekly_agent_stats', 'idx_weekly_agent_stats_agent'),
      ('weekly_agent_stats', 'idx_weekly_agent_stats_week'),
      ('weekly_agent_stats', 'idx_weekly_agent_stats_rank'),
      ('weekly_agent_stats', 'idx_weekly_agent_stats_pixels'),
      ('users', 'idx_users_username'),
      ('pixel_events', 'idx_pixel_events_created_at'),
      ('pixel_events', 'idx_pixel_events_coords'),
      ('canvas_snapshots', 'idx_snapshots_created_at')) AS v (t, i);

SELECT is_partitioned('canvas'::name, 'pixel_events'::name);
SELECT is_partitioned('canvas'::name, 'weekly_agent_stats'::name);

SELECT has_function('canvas'::name, 'archive_and_reset_week'::name,
                    ARRAY['text', 'text']::name[]);
SELECT has_function('canvas'::name, 'update_agent_weekly_stats'::name,
                    ARRAY['uuid', 'integer']::name[]);
SELECT has_function('canvas'::name, 'get_current_game_mode'::name,
                    '{}'::name[]);
SELECT function_returns('canvas'::name, 'archive_and_reset_week'::name,
                        ARRAY['text', 'text']::name[], 'uuid');

SELECT has_column('canvas'::name, 'canvas_archives'::name, c::name,
                  'canvas_archives.' || c)
  FROM unnest(ARRAY[
      'week_number', 'year', 'started_at', 'ended_at', 'game_mode_id',
      'canvas_data', 'canvas_data_compressed', 'stats', 'winner_user_id',
      'winner_agent_id', 'winner_faction_id', 'image_url', 'thumbnail_url',
      'video_url']) AS c;

-- the modes
SELECT set_eq(
    'SELECT slug FROM game_modes WHERE is_active',
    ARRAY['classic', 'territory-wars', 'color-factions',
          'pixel-art-challenge', 'speed-run', 'color_wars', 'pixel_decay',
          'chaos_mode'],
    'the eight modes are there');
SELECT is(rules, '{"type": "pixel_decay", "decayHours": 24,
                   "decayToColor": 15}'::jsonb, 'rules of seed 002')
  FROM game_modes WHERE slug = 'pixel_decay';
SELECT throws_ok(
    $$INSERT INTO game_modes (slug, name, description, difficulty)
      VALUES ('x', 'X', '', 'absurd')$$, '23514');
SELECT throws_ok(
    $$INSERT INTO game_modes (slug, name, description)
      VALUES ('classic', 'X', '')$$, '23505');

-- constraints
SELECT throws_ok(
    $$INSERT INTO current_canvas (id, current_game_mode_id, week_number, year,
                                  week_resets_at, palette)
      SELECT false, id, 1, 2026, now() + interval '1 day', '{a,b}'
        FROM game_modes LIMIT 1$$, '23514', NULL,
    'current_canvas has one row');
SELECT throws_ok(
    $$INSERT INTO users (username) VALUES ('somebody')$$, '23514', NULL,
    'who is no guest has a password');
SELECT throws_ok(
    $$INSERT INTO users (username, password_hash) VALUES ('Guest-1', 'x')$$,
    '23514', NULL, 'nobody registers a guest''s name');
SELECT throws_ok(
    $$INSERT INTO users (username, password_hash) VALUES ('a b', 'x')$$,
    '23514', NULL, 'a name has no spaces');
SELECT lives_ok(
    $$INSERT INTO users (username, password_hash) VALUES ('Ada', 'x')$$);
SELECT throws_ok(
    $$INSERT INTO users (username, password_hash) VALUES ('ADA', 'x')$$,
    '23505', NULL, 'names differ in more than case');
SELECT throws_ok(
    $$INSERT INTO pixel_events (epoch, seq, x, y, color, old_color, created_at,
                                user_id, agent_id)
      VALUES (1, 1, 0, 0, 0, 0, now(), actor('a'), actor('b'))$$, '23514',
    NULL, 'an event has one actor, or none');
SELECT throws_ok(
    $$INSERT INTO rotations (closing_epoch, game_mode_slug, week_number, year,
                             new_week_number, new_year, new_resets_at)
      SELECT 1, 'classic', 1, 2026, 2, 2026, now()
        FROM generate_series(1, 2)$$, '23505', NULL,
    'one unfinished rotation');

-- nothing without a word about it, nothing without row-level security
SELECT is_empty(
    $$SELECT c.relname FROM pg_class c
       WHERE c.relnamespace = 'canvas'::regnamespace
         AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
         AND obj_description(c.oid, 'pg_class') IS NULL$$,
    'every table and view has a comment');
SELECT is_empty(
    $$SELECT p.proname FROM pg_proc p
       WHERE p.pronamespace = 'canvas'::regnamespace
         AND obj_description(p.oid, 'pg_proc') IS NULL$$,
    'every function has a comment');
SELECT is_empty(
    $$SELECT c.relname FROM pg_class c
       WHERE c.relnamespace = 'canvas'::regnamespace
         AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
         AND c.relname <> 'pixel_events'$$,
    'row-level security is on everywhere but where COPY goes');
SELECT is_empty(
    $$SELECT p.proname FROM pg_proc p
       WHERE p.pronamespace = 'canvas'::regnamespace
         AND p.prosecdef AND p.proname NOT IN (
             'ensure_partitions', 'import_stage', 'import_index',
             'import_attach', 'import_clear', 'import_ids', 'maintain_ahead',
             'maintain_default', 'maintain_needed', 'maintain_drop')$$,
    'what makes and drops partitions alone runs as its owner');

-- partitions
SELECT is(ensure_partitions('2031-12-29 00:00+00', '2032-01-04 23:00+00'), 2,
          'a week and a year are made');
SELECT has_table('canvas'::name, 'pixel_events_2032w01'::name);
SELECT is(ensure_partitions('2031-12-29 00:00+00', '2032-01-04 23:00+00'), 0,
          'once');
SELECT throws_ok(
    $$SELECT ensure_partitions('2000-01-01', '2032-01-01')$$, '22023');

INSERT INTO pixel_events (epoch, seq, x, y, color, old_color, user_id,
                          created_at)
VALUES (1, 1, 0, 0, 0, 0, actor('a'), '2033-06-01 12:00+00');
SELECT is(tableoid::regclass::text, 'pixel_events_default',
          'a clock that jumped') FROM pixel_events WHERE seq = 1;
SELECT lives_ok(
    $$SELECT ensure_partitions('2033-06-01 12:00+00',
                               '2033-06-01 12:00+00')$$);
SELECT is(tableoid::regclass::text, 'pixel_events_2033w22',
          'rows move into the partition that is made for them')
  FROM pixel_events WHERE seq = 1;

SELECT finish();
ROLLBACK;
