-- What factions placed in the running week, and for whom.

BEGIN;
SELECT plan(8);

SET LOCAL client_min_messages = error;

CREATE FUNCTION pg_temp.put_for(p_epoch bigint, p_from bigint, p_to bigint,
                                p_user text, p_faction integer)
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM record_batch_begin(p_epoch, p_from, 1769515200000);
    INSERT INTO pixel_events (epoch, seq, x, y, color, old_color, user_id,
                              created_at, faction)
    SELECT p_epoch, n, n, 0, 1, 15, actor(p_user),
           timestamptz '2026-01-27 12:00+00' + n * interval '1 second',
           p_faction
      FROM generate_series(p_from, p_to) AS n;
    PERFORM record_batch_commit(p_epoch, p_to);
    PERFORM record_count();
END
$$;

SELECT mark(1, 0, 'init');
SELECT is(api_factions()::jsonb, '{"factions": []}', 'a week without');

UPDATE current_canvas SET factions = '{red,blue}';
SELECT is(api_factions()::jsonb,
          '{"factions": [{"id": "red", "members": 0, "pixels": 0,
                          "territory": 0},
                         {"id": "blue", "members": 0, "pixels": 0,
                          "territory": 0}]}',
          'nobody placed yet');

SELECT pg_temp.put_for(1, 1, 5, 'ada', 1);
SELECT pg_temp.put_for(1, 6, 9, 'bob', 2);
SELECT pg_temp.put_for(1, 10, 12, 'eve', 2);
SELECT pg_temp.put_for(1, 13, 13, 'ivy', NULL);
SELECT is(api_factions()::jsonb,
          '{"factions": [{"id": "red", "members": 1, "pixels": 5,
                          "territory": 5},
                         {"id": "blue", "members": 2, "pixels": 7,
                          "territory": 7}]}',
          'those who placed, and what');

SELECT pg_temp.put_for(1, 14, 15, 'bob', 1);
SELECT is(api_factions()::jsonb,
          '{"factions": [{"id": "red", "members": 2, "pixels": 7,
                          "territory": 7},
                         {"id": "blue", "members": 1, "pixels": 7,
                          "territory": 7}]}',
          'one who changed sides is counted once');

SELECT mark(2, 11, 'restart');
SELECT is(api_factions()::jsonb,
          '{"factions": [{"id": "red", "members": 1, "pixels": 5,
                          "territory": 5},
                         {"id": "blue", "members": 2, "pixels": 6,
                          "territory": 6}]}',
          'what is lost does not count');

SELECT week_recount(c) FROM current_canvas c;
SELECT is(api_factions()::jsonb,
          '{"factions": [{"id": "red", "members": 1, "pixels": 5,
                          "territory": 5},
                         {"id": "blue", "members": 2, "pixels": 6,
                          "territory": 6}]}',
          'counted anew');

SELECT archive_and_reset_week(image(), 'color-factions');
SELECT is(api_factions() #>> '{factions,0,pixels}', '0', 'a fresh week');
SELECT is(json_array_length(api_factions() -> 'factions'), 4,
          'with the usual ones');

SELECT finish();
ROLLBACK;
