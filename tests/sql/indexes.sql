-- The questions of seed 001, on tables of some size, and by which of the
-- indexes that it names they are answered.

BEGIN;
SELECT plan(11);

SET LOCAL client_min_messages = error;

-- which indexes a plan uses; of a partition's index that of the whole table
CREATE FUNCTION pg_temp.uses(p_sql text) RETURNS text[]
    LANGUAGE plpgsql AS $$
DECLARE
    v_plan  jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || p_sql INTO v_plan;

    RETURN ARRAY(
        SELECT DISTINCT coalesce(p.relname, i.relname)::text
          FROM jsonb_path_query(v_plan, 'strict $.**."Index Name"') AS n
          JOIN pg_class i ON i.relname = n #>> '{}'
          LEFT JOIN pg_inherits h ON h.inhrelid = i.oid
          LEFT JOIN pg_class p ON p.oid = h.inhparent
         ORDER BY 1);
END
$$;

INSERT INTO users (id, username, password_hash)
SELECT actor('u' || n), 'user' || n, 'x' FROM generate_series(1, 300) AS n;
INSERT INTO agents (id, name)
SELECT actor('a' || n), 'agent' || n FROM generate_series(1, 300) AS n;

SELECT count(*) FROM (
SELECT ensure_partition('weekly_agent_stats', '2025', 'year = 2025',
                        'FOR VALUES IN (2025)')) AS t;

-- six years of weeks
INSERT INTO canvas_archives
    (week_number, year, started_at, ended_at, game_mode_id, canvas_data,
     width, height, background, palette, total_pixels_placed,
     unique_contributors, last_seq, stats, winner_user_id, winner_agent_id,
     winner_faction_id)
SELECT week, year, at, at + interval '7 days',
       (SELECT id FROM game_modes ORDER BY slug
         OFFSET (week + year) % 8 LIMIT 1),
       'AA==', 1, 1, 0, '{a,b}', week, 1, 0,
       (SELECT jsonb_object_agg(n, md5(n::text || at)) -- as long as real ones
          FROM generate_series(1, 40) AS n),
       actor('u' || 1 + (week * 7 + year) % 300),
       actor('a' || 1 + (week * 11 + year) % 300),
       (ARRAY['red', 'blue', 'green', 'yellow'])[1 + week % 40]
  FROM generate_series(2020, 2025) AS year, generate_series(1, 52) AS week,
       LATERAL (SELECT make_timestamptz(year, 1, 1, 14, 0, 0, 'UTC')
                       + week * interval '7 days' AS at) AS t;

INSERT INTO weekly_agent_stats
    (agent_id, week_number, year, archive_id, pixels_placed, overall_rank)
SELECT actor('a' || n), c.week_number, c.year, c.id,
       (n * 7919 + c.week_number * 104729) % 10007, 1 + n % 300
  FROM canvas_archives c, generate_series(1, 300) AS n;

ANALYZE weekly_agent_stats, canvas_archives, agents, users, game_modes;

SELECT is(pg_temp.uses(format(
    'SELECT * FROM weekly_agent_stats WHERE agent_id = %L
      ORDER BY year DESC, week_number DESC LIMIT 10', actor('a7'))),
    '{idx_weekly_agent_stats_agent}', 'an agent''s last ten weeks');
SELECT is(pg_temp.uses(
    'SELECT * FROM weekly_agent_stats WHERE week_number = 5 AND year = 2025
      ORDER BY pixels_placed DESC LIMIT 100'),
    '{idx_weekly_agent_stats_week}', 'the best agents of a week');
SELECT ok(pg_temp.uses(format(
    'SELECT * FROM weekly_agent_stats WHERE agent_id = %L
      ORDER BY pixels_placed DESC LIMIT 1', actor('a7')))
    && '{idx_weekly_agent_stats_agent,idx_weekly_agent_stats_pixels}',
    'an agent''s best week ever');
SELECT is(pg_temp.uses(
    'SELECT * FROM weekly_agent_stats WHERE week_number = 5 AND year = 2024
      ORDER BY overall_rank LIMIT 10'),
    '{idx_weekly_agent_stats_rank}', 'a week by rank');
SELECT is(pg_temp.uses(
    'SELECT * FROM weekly_agent_stats ORDER BY pixels_placed DESC LIMIT 10'),
    '{idx_weekly_agent_stats_pixels}', 'the best weeks of all');
SELECT ok('idx_archives_week' = ANY (pg_temp.uses(
    'SELECT * FROM v_archive_history WHERE week_number = 4 AND year = 2025')),
    'an archive by its week');
SELECT ok('idx_archives_week' = ANY (pg_temp.uses(
    'SELECT * FROM v_archive_history LIMIT 12')), 'the latest archives');
SELECT ok('idx_canvas_archives_game_mode' = ANY (pg_temp.uses(format(
    'SELECT id FROM canvas_archives WHERE game_mode_id = %L',
    (SELECT id FROM game_modes WHERE slug = 'classic')))),
    'archives of a mode');
SELECT is(pg_temp.uses(format(
    'SELECT id FROM canvas_archives WHERE winner_user_id = %L',
    actor('u7'))), '{idx_canvas_archives_winner_user}', 'weeks a user won');
SELECT is(pg_temp.uses(format(
    'SELECT id FROM canvas_archives WHERE winner_agent_id = %L',
    actor('a7'))), '{idx_canvas_archives_winner_agent}',
    'weeks an agent won');
SELECT is(pg_temp.uses(
    $$SELECT id FROM canvas_archives WHERE winner_faction_id = 'red'$$),
    '{idx_canvas_archives_winner_faction}', 'weeks a faction won');

SELECT finish();
ROLLBACK;
