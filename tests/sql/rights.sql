-- canvas_web reads what is public and nothing else; canvas_service works
-- without owning anything.

BEGIN;
SELECT plan(82);

INSERT INTO users (username, password_hash) VALUES ('ada', 'secret');
INSERT INTO agents (name, api_key_hash) VALUES ('bot', 'secret');
SELECT mark(1, 0, 'init');
SELECT put(1, 1, 3, 'guest');

-- both can log in, neither is anybody special
SELECT is((rolcanlogin, rolsuper, rolcreatedb, rolcreaterole,
           rolbypassrls)::text, '(t,f,f,f,f)', rolname)
  FROM pg_roles WHERE rolname IN ('canvas_web', 'canvas_service');
SELECT is_empty(
    $$SELECT relname FROM pg_class WHERE relowner IN
        (SELECT oid FROM pg_roles WHERE rolname LIKE 'canvas\_%')$$,
    'and they own nothing');

-- what the web role sees of each table
SELECT is(has_table_privilege('canvas_web', 'canvas.' || t, 'SELECT'),
          t = ANY (ARRAY['game_modes', 'current_canvas', 'canvas_archives',
                         'canvas_snapshots', 'pixel_events',
                         'weekly_agent_stats', 'agent_reputation',
                         'comments', 'rule_definitions', 'artworks',
                         'fresh_modes', 'mode_standings',
                         'artwork_standings', 'votes_by_actor',
                         'objective_definitions', 'weekly_objectives',
                         'objective_progress', 'v_objective_standings',
                         'v_faction_standings',
                         'chaos_mechanics', 'weekly_user_stats',
                         'weekly_faction_stats',
                         'v_current_week_leaderboard',
                         'v_archive_history']),
          'canvas_web reads ' || t)
  FROM (SELECT relname::text AS t FROM pg_class
         WHERE relnamespace = 'canvas'::regnamespace
           AND relkind IN ('r', 'p', 'v') AND NOT relispartition
         ORDER BY relname) AS s;
SELECT is_empty(
    $$SELECT relname, privilege
        FROM pg_class, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE',
                                    'TRIGGER', 'REFERENCES']) AS privilege
       WHERE relnamespace = 'canvas'::regnamespace
         AND relkind IN ('r', 'p', 'v')
         AND has_table_privilege('canvas_web', pg_class.oid, privilege)$$,
    'canvas_web writes no table');
SELECT is_empty(
    $$SELECT attrelid::regclass, attname
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
       WHERE relnamespace = 'canvas'::regnamespace AND attnum > 0
         AND relkind IN ('r', 'p', 'v') AND NOT attisdropped
         AND (has_column_privilege('canvas_web', attrelid, attnum, 'INSERT')
           OR has_column_privilege('canvas_web', attrelid, attnum, 'UPDATE'))$$,
    'nor a column of one');
SELECT is_empty(
    $$SELECT relname FROM pg_class
       WHERE relnamespace = 'canvas'::regnamespace AND relispartition
         AND relkind = 'r'
         AND (has_table_privilege('canvas_web', oid, 'SELECT')
           OR has_table_privilege('canvas_service', oid, 'SELECT'))$$,
    'partitions are reached through their parents');
SELECT is_empty(
    $$SELECT relname FROM pg_class
       WHERE relnamespace = 'canvas'::regnamespace
         AND CASE relkind WHEN 'S' THEN
             has_sequence_privilege('canvas_web', oid, 'USAGE, UPDATE') END$$,
    'canvas_web uses no sequence');
SELECT set_eq(
    $$SELECT proname FROM pg_proc
       WHERE pronamespace = 'canvas'::regnamespace
         AND has_function_privilege('canvas_web', oid, 'EXECUTE')$$,
    ARRAY['api_agent', 'api_agent_weeks', 'api_archive',
          'api_archive_canvas', 'api_archives', 'api_comments',
          'api_game_current', 'api_game_modes', 'api_game_upcoming',
          'api_history_pixel', 'api_history_recent',
          'api_history_user', 'api_leaderboard_names', 'api_snapshot',
          'api_snapshots', 'api_votes', 'archive_mode_json',
          'comment_json', 'standing_json', 'voting_enabled',
          'api_factions', 'api_objectives', 'objective_first',
          'objective_leaders', 'tally_value', 'profile_tally', 'agent_tally',
          'chaos_about', 'chaos_day', 'chaos_draw', 'chaos_point',
          'game_mode_json', 'get_current_game_mode', 'history_json',
          'history_limit', 'milliseconds_until', 'next_week_reset',
          'parse_position', 'rfc3339', 'rules_chaos', 'rules_compiled',
          'rules_day', 'rules_factions', 'rules_mask', 'spare_name',
          'stored_canvas', 'week_label'],
    'and calls what reads');
SELECT ok('jit=off' = ANY (setconfig), 'no query is compiled')
  FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase
 WHERE datname = current_database() AND setrole = 0;
SELECT is_empty(
    $$SELECT proname FROM pg_proc, aclexplode(proacl) AS a
       WHERE pronamespace = 'canvas'::regnamespace AND a.grantee = 0$$,
    'no function is everybody''s');

SET LOCAL ROLE canvas_web;
SELECT throws_ok('SELECT * FROM users', '42501');
SELECT throws_ok('SELECT password_hash FROM users', '42501');
SELECT throws_ok('SELECT is_admin FROM users', '42501');
SELECT throws_ok('SELECT api_key_hash FROM agents', '42501');
SELECT throws_ok('SELECT * FROM canvas_epochs', '42501');
SELECT throws_ok($$INSERT INTO comments (user_id, content)
                   VALUES (gen_random_uuid(), 'x')$$, '42501');
SELECT throws_ok('UPDATE current_canvas SET canvas_version = 0', '42501');
SELECT throws_ok('DELETE FROM pixel_events', '42501');
SELECT throws_ok('TRUNCATE pixel_events', '42501');
SELECT throws_ok($$SELECT archive_and_reset_week('AAAA')$$, '42501');
SELECT throws_ok('SELECT * FROM record_batch_begin(1, 1, 0)', '42501');
SELECT throws_ok('SELECT ensure_partitions(now(), now())', '42501');
SELECT throws_ok($$SELECT ensure_partition('a', 'b', 'c', 'd')$$, '42501');
SELECT throws_ok('CREATE TABLE canvas.mine ()', '42501');
SELECT is(username::text, 'ada', 'a name is public')
  FROM users WHERE NOT is_guest;
SELECT is(count(*), 3::bigint, 'the log is public') FROM pixel_events;
SELECT is(count(*), 0::bigint) FROM v_archive_history;
SELECT is(count(*), 0::bigint) FROM v_current_week_leaderboard;
SELECT isnt_empty('SELECT FROM mode_standings', 'so is the election');
SELECT throws_ok('SELECT checksum FROM canvas_imports', '42501');

-- a table without a policy shows nothing, even with a grant
RESET ROLE;
GRANT SELECT ON admin_actions TO canvas_web;
INSERT INTO admin_actions (action_type) VALUES ('test');
SET LOCAL ROLE canvas_web;
SELECT is(count(*), 0::bigint, 'no policy, no row') FROM admin_actions;
RESET ROLE;
SET LOCAL ROLE canvas_service;
SELECT is(count(*), 1::bigint, 'the service sees it') FROM admin_actions;
RESET ROLE;
DROP TABLE record_batch;

-- the service role does all of the helper's work
SET LOCAL ROLE canvas_service;
SET LOCAL client_min_messages = error;
SELECT is(put(1, 4, 6, 'ada'), 3::bigint, 'records');
SELECT is(mark(2, 5, 'restart'), 'recorded', 'marks');
SELECT is(ensure_partitions('2040-01-02', '2040-01-02'), 2,
          'makes partitions');
SELECT isnt(archive_and_reset_week(image()), NULL, 'archives');
SELECT is(count(*), 1::bigint, 'begins a rotation')
  FROM rotation_begin(2, NULL, true);
SELECT isnt(snapshot_insert('\x1f8b00', 500, 500, 2, 5), NULL, 'snapshots');
SELECT throws_ok($$SELECT ensure_partition('a', 'b', 'c', 'd')$$, '42501',
                 NULL, 'but runs no text as the owner');
SELECT throws_ok('CREATE TABLE canvas.mine ()', '42501');
SELECT throws_ok('ALTER TABLE users DISABLE ROW LEVEL SECURITY', '42501');

SELECT finish();
ROLLBACK;
