-- Changes that nobody placed, and factions: what the recorder makes of them.

BEGIN;
SELECT plan(39);

CREATE FUNCTION pg_temp.change(p_epoch bigint, p_seq bigint, p_user text,
                               p_faction int, p_color int DEFAULT 1)
    RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO pixel_events (epoch, seq, x, y, color, old_color, user_id,
                              created_at, faction)
    VALUES (p_epoch, p_seq, p_seq, 0, p_color, 15, actor(p_user),
            timestamptz '2026-01-27 12:00+00' + p_seq * interval '1 ms',
            p_faction);
    SELECT record_batch_commit(p_epoch, p_seq);
END;

CREATE FUNCTION pg_temp.members(p_epoch bigint, p_seq bigint) RETURNS text
    LANGUAGE sql
RETURN (SELECT string_agg(concat_ws(':', kind, n.name, pixels), ' '
                          ORDER BY kind, n.name)
          FROM fold_counts(p_epoch, p_seq) f
          LEFT JOIN (VALUES ('ada'), ('bob'), ('bot')) AS k (who)
               ON f.member = actor(k.who)::text
         CROSS JOIN LATERAL (SELECT coalesce(k.who, f.member) AS name) AS n);

UPDATE current_canvas SET current_game_mode_id =
    (SELECT id FROM game_modes WHERE slug = 'color-factions');
SELECT FROM canvas_setup(500, 500, 15,
    ARRAY(SELECT '#' || lpad(to_hex(i), 6, '0')
            FROM generate_series(0, 15) AS i));
SELECT is(factions, ARRAY['red', 'blue', 'green', 'yellow'],
          'the week begins with its factions') FROM current_canvas;

SELECT mark(1, 0, 'init');
SELECT is(rules->'factions', '["red", "blue", "green", "yellow"]',
          'and its rules, compiled')
  FROM canvas_setup(1, 1, 1, '{a,b}');
SELECT pg_temp.change(1, 1, 'ada', 1);
SELECT pg_temp.change(1, 2, 'ada', 1, 2);
SELECT pg_temp.change(1, 3, 'bob', 4, 3);
SELECT pg_temp.change(1, 4, NULL, NULL);
SELECT pg_temp.change(1, 5, NULL, NULL);
SELECT is(record_count(), 5::bigint, 'all are counted');
SELECT is((total, actors)::text, '(3,2)', 'what somebody placed')
  FROM weekly();
SELECT is(canvas_version, 5::bigint, 'every change') FROM current_canvas;
SELECT is(count(*), 2::bigint, 'nobody is no user') FROM users;
SELECT is(pg_temp.members(0, 0), 'f:red:2 f:yellow:1 g:ada:2 g:bob:1',
          'boards of people and factions');
SELECT is(pg_temp.members(1, 2), 'f:yellow:1 g:bob:1', 'behind a position');
SELECT is(pg_temp.members(1, 3), '', 'nobody, but the boards go on');

SELECT is(e->>'userId', NULL) FROM json_array_elements(
    api_history_recent(NULL, 1)->'events') AS e;
SELECT is(e->>'username', NULL, 'history names nobody')
  FROM json_array_elements(api_history_recent(NULL, 1)->'events') AS e;
SELECT is(e->>'username', 'guest-' || left(replace(actor('bob')::text, '-',
                                                   ''), 16), 'and a guest')
  FROM json_array_elements(api_history_pixel(3, 0, NULL, 1)->'events') AS e;
SELECT is(json_array_length(api_history_user(actor('ada'), NULL, 9)
                            ->'events'), 2);

-- who is in which faction, and has placed what
SELECT set_eq('SELECT * FROM restore_actors()',
    $$VALUES (actor('ada'), 2::bigint, 1, 1), (actor('bob'), 1, 3, 4)$$,
    'actors of the week');
UPDATE current_canvas SET rules = '{"colorLock": true}';
SELECT set_eq('SELECT * FROM restore_actors()',
    $$VALUES (actor('ada'), 2::bigint, 1, 1), (actor('bob'), 1, 3, 4)$$,
    'the colour of the first pixel');
UPDATE current_canvas SET rules = '{"max_pixels_per_user": 3}',
       actors_epoch = 1, actors_seq = 1;
SELECT set_eq('SELECT * FROM restore_actors()',
    $$VALUES (actor('ada'), 1::bigint, 2, 1), (actor('bob'), 1, 3, 4)$$,
    'behind the day that began');
UPDATE current_canvas SET rules = '{"colorLock": true,
                                    "assignRandomColor": true}';
SELECT is_empty('SELECT * FROM restore_actors()', 'no rule needs them');
SELECT is((actors_epoch, actors_seq)::text, '(1,1)', 'restored from there')
  FROM restore_point();

-- Redis lost the last three
SELECT mark(2, 2, 'restart');
SELECT is((total, actors)::text, '(2,1)', 'lost ones are taken off once')
  FROM weekly();
SELECT is(array_agg(faction ORDER BY seq), ARRAY[4, NULL, NULL]::smallint[],
          'and kept with their faction') FROM pixel_events_lost;
SELECT is(pg_temp.members(0, 0), 'f:red:2 g:ada:2', 'boards without them');

-- rules that change within the week
UPDATE game_modes SET rules = '{"faction_required": true,
                                "factions": ["cats", "dogs"]}'
 WHERE slug = 'color-factions';
UPDATE current_canvas SET rules = '{"faction_required": true}';
SELECT is((rules->'factions', forget)::text,
          '("[""red"", ""blue"", ""green"", ""yellow""]",f)',
          'the factions of a week stay as they are')
  FROM rules_due(now(), 'color-factions', '{}', true);
SELECT is_empty($$SELECT FROM rules_due(now(), 'classic', '{}', false)$$,
                'Redis plays something else');
SELECT FROM rules_due(now(), 'color-factions', '{}', false) d,
            rules_applied(d.rules, 1, 2, now());
SELECT is_empty($$SELECT FROM current_canvas c,
                       rules_due(now(), 'color-factions', c.rules, false)$$,
                'applied and noted');
SELECT is((actors_epoch, actors_seq)::text, '(1,2)') FROM current_canvas;
SELECT rules_applied(rules, 0, 0, now()) FROM current_canvas;
SELECT is((actors_epoch, actors_seq)::text, '(1,2)',
          'Redis was restored and does not know') FROM current_canvas;
SELECT isnt_empty($$SELECT FROM rules_due(now(), 'color-factions', '{}',
                                          false)$$, 'Redis lost them');

-- a day of chaos
UPDATE current_canvas SET current_game_mode_id =
    (SELECT id FROM game_modes WHERE slug = 'chaos_mode'),
    week_started_at = now();
SELECT is((rules #> '{today,day}', forget)::text, '(2,t)', 'day 2')
  FROM rules_due(now() + interval '24 hours', 'chaos_mode',
                 '{"today": {"day": 1}}', false);
SELECT is(forget, false, 'the same day')
  FROM rules_due(now() + interval '23 hours', 'chaos_mode',
                 '{"today": {"day": 1}}', false);
SELECT is(rules_day(now(), now() - interval '1 hour'), 1, 'a clock set back');

-- the week turns
SELECT id AS rotation FROM rotation_begin(2, 'color-factions', true) \gset
SELECT is_empty($$SELECT FROM rules_due(now(), 'chaos_mode', '{}', false)$$,
                'no rules while the week turns');
SELECT is(rotation_rules(:rotation)->'factions', '["cats", "dogs"]',
          'the new week has its own');
UPDATE game_modes SET rules = '{}' WHERE slug = 'color-factions';
SELECT is(rotation_rules(:rotation)->'factions', '["cats", "dogs"]',
          'noted before the page is turned');
SELECT mark(4, 2, 'rotate');
SELECT is(page_factions(), ARRAY['cats', 'dogs'], 'known by the marker');
SELECT FROM rotation_step(:rotation, 'turned', 2, 4, 2);
SELECT is((game_mode, rules->'factions', actors_epoch, actors_seq)::text,
          '(color-factions,"[""cats"", ""dogs""]",4,2)',
          'restored into the new week') FROM restore_point();
SELECT FROM rotation_step(:rotation, 'drained');
SELECT archive_and_reset_week(image()) AS archive \gset
SELECT is(rules->'factions', '["red", "blue", "green", "yellow"]',
          'the archive has the factions of its week')
  FROM canvas_archives WHERE id = :'archive';
SELECT is((rules->'factions', factions, actors_epoch, actors_seq)::text,
          '("[""cats"", ""dogs""]","{cats,dogs}",4,2)', 'and the new week')
  FROM current_canvas;
SELECT is(total_pixels_placed, 2::bigint) FROM canvas_archives;
SELECT is(pg_temp.members(0, 0), '', 'no boards yet');

SELECT * FROM finish();
ROLLBACK;
