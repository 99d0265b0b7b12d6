-- A mode is saved with rules that exist and fit, or not at all.

BEGIN;
SELECT plan(39);

SELECT is_empty(
    $$SELECT slug, rules_problem(rules, 'rules'),
             rules_problem(scoring_rules, 'scoring_rules')
        FROM game_modes
       WHERE rules_problem(rules, 'rules') IS NOT NULL
          OR rules_problem(scoring_rules, 'scoring_rules') IS NOT NULL$$,
    'the modes that are shipped');

CREATE FUNCTION pg_temp.problem(p_rules jsonb) RETURNS text LANGUAGE sql
RETURN rules_problem(p_rules, 'rules');

SELECT is(pg_temp.problem(r::jsonb), NULL, r)
  FROM unnest(ARRAY[
    '{}', '{"cooldown_ms": 0}', '{"cooldown_ms": null}',
    '{"decayHours": 0.5}', '{"decayHours": 24, "decayToColor": 15}',
    '{"colorLock": true, "assignRandomColor": true}',
    '{"max_pixels_per_user": 1}', '{"duration_hours": 48}',
    '{"faction_required": true, "factions": ["red", "blue"]}',
    '{"mask": [{"x": 0, "y": 0, "width": 10, "height": 1}]}',
    '{"restrictions": ["no-bots"]}']) AS t (r);

SELECT is(pg_temp.problem(r::jsonb), p, r)
  FROM (VALUES
    ('[]', 'rules are no JSON object'),
    ('{"cooldown": 5}', 'unknown rule "cooldown"'),
    ('{"pixel_points": 1}', '"pixel_points" belongs to scoring_rules'),
    ('{"cooldown_ms": -1}',
     'rule "cooldown_ms" wants an integer from 0 to 2592000000, or null'),
    ('{"cooldown_ms": 1.5}',
     'rule "cooldown_ms" wants an integer from 0 to 2592000000, or null'),
    ('{"cooldown_ms": "5"}',
     'rule "cooldown_ms" wants an integer from 0 to 2592000000, or null'),
    ('{"decayToColor": 256, "decayHours": 1}',
     'rule "decayToColor" wants an integer from 0 to 255'),
    ('{"decayToColor": 15}', 'rule "decayToColor" needs "decayHours"'),
    ('{"decayToColor": 15, "decayHours": null}',
     'rule "decayToColor" needs "decayHours"'),
    ('{"assignRandomColor": true}',
     'rule "assignRandomColor" needs "colorLock"'),
    ('{"assignRandomColor": true, "colorLock": false}',
     'rule "assignRandomColor" needs "colorLock"'),
    ('{"combineMechanics": true}',
     'rule "combineMechanics" needs "randomDaily"'),
    ('{"factions": ["red"]}', 'rule "factions" needs "faction_required"'),
    ('{"colorLock": 1}', 'rule "colorLock" wants true or false'),
    ('{"colorLock": null}', 'rule "colorLock" wants true or false'),
    ('{"type": ""}', 'rule "type" wants a text of 1 to 64 characters'),
    ('{"max_pixels_per_user": 0}',
     'rule "max_pixels_per_user" wants an integer from 1 to '
     '9007199254740991, or null'),
    ('{"duration_hours": 169}',
     'rule "duration_hours" wants a number from 0.01 to 168, or null'),
    ('{"restrictions": ["a", "a"]}',
     'rule "restrictions" wants an array of at most 32 different names: '
     'letters, digits, _ and -'),
    ('{"restrictions": [1]}',
     'rule "restrictions" wants an array of at most 32 different names: '
     'letters, digits, _ and -')) AS t (r, p);

SELECT is(pg_temp.problem(jsonb_build_object('mask', m::jsonb)),
          'rule "mask" wants an array of 1 to 64 rectangles {"x", "y", '
          '"width", "height"}', m)
  FROM unnest(ARRAY[
    '[]', '[{"x": 0, "y": 0, "width": 0, "height": 1}]',
    '[{"x": 0, "y": 0, "width": 1, "height": "1"}]',
    '[{"x": 0, "y": 0, "width": 1}]']) AS t (m);

SELECT throws_ok(
    $$INSERT INTO game_modes (slug, name, description, rules)
      VALUES ('odd', 'Odd', 'odd', '{"gravity": true}')$$,
    '23514', 'mode "odd": unknown rule "gravity"', 'saved never');
SELECT throws_ok(
    $$UPDATE game_modes SET scoring_rules = '{"cooldown_ms": 1}'
       WHERE slug = 'classic'$$,
    '23514', 'mode "classic": "cooldown_ms" belongs to rules', 'nor changed');
SELECT lives_ok(
    $$INSERT INTO game_modes (slug, name, description, rules)
      VALUES ('island', 'Island', 'a part of the canvas',
              '{"mask": [{"x": 9, "y": 9, "width": 5, "height": 5}]}')$$,
    'a new mode needs no code');

SELECT * FROM finish();
ROLLBACK;
