-- Rules as a week gets them: compiled, and drawn anew for each day of chaos.

BEGIN;
SELECT plan(31);

CREATE FUNCTION pg_temp.rules(p_slug text, p_day int DEFAULT 1,
                              p_week int DEFAULT 7) RETURNS jsonb
    LANGUAGE sql
RETURN rules_compiled(p_slug, 2026, p_week, p_day);

CREATE FUNCTION pg_temp.mechanics(p_slug text, p_day int,
                                  p_week int DEFAULT 7) RETURNS text
    LANGUAGE sql
RETURN pg_temp.rules(p_slug, p_day, p_week) #>> '{today,mechanics}';

SELECT cmp_ok(count(*), '>=', 6::bigint, 'mechanics are shipped')
  FROM chaos_mechanics;
SELECT is_empty(
    $$SELECT name FROM chaos_mechanics
       WHERE rules_problem(rules, 'rules') IS NOT NULL$$, 'and fit');
SELECT throws_ok(
    $$INSERT INTO chaos_mechanics VALUES ('odd', '{"gravity": 1}', 1, '-')$$,
    '23514', 'mechanic "odd": unknown rule "gravity"', 'others do not');
SELECT throws_ok(
    $$INSERT INTO chaos_mechanics
      VALUES ('odd', '{"randomDaily": true}', 1, '-')$$,
    '23514', NULL, 'chaos in chaos');

-- without chaos
SELECT is(pg_temp.rules('none'), NULL, 'no such mode');
SELECT is(pg_temp.rules('classic'), rules, 'nothing to compile')
  FROM game_modes WHERE slug = 'classic';
SELECT is(pg_temp.rules('color-factions')->'factions',
          '["red", "blue", "green", "yellow"]', 'the usual factions');
SELECT is(rules_factions(pg_temp.rules('color-factions')),
          ARRAY['red', 'blue', 'green', 'yellow'], 'in order');
SELECT is(rules_factions('{}'), NULL, 'none');

CREATE FUNCTION pg_temp.compiled(p_rules jsonb) RETURNS jsonb
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM mode_save(jsonb_build_object('id', 'try', 'name', 'Try',
                                         'description', '-',
                                         'rules', p_rules));
    RETURN pg_temp.rules('try');
END
$$;

SELECT is(pg_temp.compiled(r::jsonb), c::jsonb, r)
  FROM (VALUES
    ('{"faction_required": true, "factions": ["b", "a"]}',
     '{"faction_required": true, "factions": ["b", "a"]}'),
    ('{"faction_required": true, "factions": []}',
     '{"faction_required": true,
       "factions": ["red", "blue", "green", "yellow"]}'),
    ('{"faction_required": false}', '{"faction_required": false}'),
    ('{"decayHours": 1}', '{"decayHours": 1, "decayToColor": 15}'),
    ('{"decayHours": null}', '{"decayHours": null}'),
    ('{"decayHours": 1, "decayToColor": 3}',
     '{"decayHours": 1, "decayToColor": 3}'),
    ('{"decayHours": 1, "decayToColor": 200}',
     '{"decayHours": 1, "decayToColor": 15}'),
    ('{"maskPercent": [{"x": 0, "y": 50, "width": 25, "height": 50}]}',
     '{"mask": [{"x": 0, "y": 250, "width": 125, "height": 250}]}'))
       AS t (r, c);
SELECT throws_ok(
    $$SELECT pg_temp.compiled('{"maskPercent": [{"x": 99, "y": 0,
                                 "width": 1, "height": 1}],
                                "mask": [{"x": 1, "y": 2, "width": 3,
                                          "height": 4}]}')$$,
    '23514', 'mode "try": rules "mask" and "maskPercent" exclude each other');
SELECT throws_ok(
    $$SELECT pg_temp.compiled('{"maskPercent": [{"x": 60, "y": 0,
                                 "width": 50, "height": 1}]}')$$,
    '23514', 'mode "try": rule "maskPercent" wants an array of 1 to 64 '
             'rectangles {"x", "y", "width", "height"} within 100 by 100');
SELECT is(rules_mask('[{"x": 30, "y": 0, "width": 40, "height": 1}]', 7, 5),
          '[{"x": 2, "y": 0, "width": 3, "height": 1}]',
          'a small canvas: rounded outwards, never empty');

-- the draw
SELECT is(pg_temp.rules('chaos_mode') #> '{today,day}', '1', 'day 1');
SELECT is(pg_temp.rules('chaos_mode', 0), pg_temp.rules('chaos_mode', 1),
          'the first day there is');
SELECT is_empty(
    $$SELECT d FROM generate_series(1, 40) AS d
       WHERE pg_temp.rules('chaos_mode', d)
             IS DISTINCT FROM pg_temp.rules('chaos_mode', d)$$,
    'the same day is the same');
SELECT is(pg_temp.mechanics('chaos_mode', 3), '["color_lock", "fading"]',
          'on every machine');
SELECT cmp_ok(count(DISTINCT pg_temp.mechanics('chaos_mode', 1, w)), '>',
              10::bigint, 'weeks differ') FROM generate_series(1, 53) AS w;
SELECT is_empty(
    $$SELECT w, d, problem
        FROM generate_series(1, 53) AS w, generate_series(1, 8) AS d,
             rules_problem(pg_temp.rules('chaos_mode', d, w) - 'today',
                           'rules') AS problem
       WHERE problem IS NOT NULL
          OR jsonb_array_length(pg_temp.rules('chaos_mode', d, w)
                                #> '{today,mechanics}') <> 2$$,
    'two mechanics, and rules that are valid, on each day of a year');
SELECT is_empty(
    $$SELECT w, d FROM generate_series(1, 53) AS w,
                       generate_series(2, 8) AS d
       WHERE pg_temp.rules('chaos_mode', d, w) #> '{today,mechanics}'
             ?| ARRAY(SELECT jsonb_array_elements_text(
                          pg_temp.rules('chaos_mode', d - 1, w)
                          #> '{today,mechanics}'))$$,
    'none of them on two days in a row');
SELECT is_empty(
    $$SELECT w, a.name, b.name
        FROM generate_series(1, 53) AS w,
             LATERAL (SELECT pg_temp.rules('chaos_mode', 5, w)
                             #> '{today,mechanics}' AS m) AS t,
             chaos_mechanics a, chaos_mechanics b
       WHERE t.m ? a.name AND t.m ? b.name AND a.name < b.name
         AND chaos_about(a.rules) && chaos_about(b.rules)$$,
    'and no two that contradict each other');

UPDATE game_modes SET rules = '{"randomDaily": true, "cooldown_ms": 7,
                                "mask": [{"x": 0, "y": 0, "width": 9,
                                          "height": 9}]}'
 WHERE slug = 'try';
DELETE FROM chaos_mechanics WHERE name <> 'rush' AND name <> 'island';
SELECT set_eq(
    $$SELECT pg_temp.rules('try', d) - '{type,randomDaily,today}'::text[]
        FROM generate_series(1, 2) AS d$$,
    ARRAY['{"cooldown_ms": 1000, "mask": [{"x": 0, "y": 0, "width": 9,
                                           "height": 9}]}',
          '{"cooldown_ms": 7, "mask": [{"x": 125, "y": 125, "width": 250,
                                        "height": 250}]}']::jsonb[],
    'what is drawn goes before what the mode says');
DELETE FROM chaos_mechanics WHERE name <> 'rush';
SELECT is(pg_temp.mechanics('try', 2), '["rush"]',
          'the same one again when there is no other');
DELETE FROM chaos_mechanics;
SELECT is(pg_temp.mechanics('try', 2), '[]', 'nothing to draw from');

SELECT * FROM finish();
ROLLBACK;
