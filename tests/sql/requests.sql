-- The week turns on request: which rotation serves it, and what is refused.

BEGIN;
SELECT plan(19);

SELECT FROM canvas_setup(500, 500, 15, (SELECT palette FROM current_canvas));
SELECT mark(1, 0, 'init', '{"week_number": 5, "year": 2026}');

CREATE FUNCTION pg_temp.asks(p_name text, p_args jsonb DEFAULT '{}')
    RETURNS jsonb LANGUAGE sql AS $$
    SELECT job_rotate(job(p_name, 'nobody', p_args))
$$;

CREATE FUNCTION pg_temp.request(p_name text) RETURNS uuid LANGUAGE sql AS $$
    SELECT md5(p_name)::uuid
$$;

CREATE FUNCTION pg_temp.finish() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_id  CONSTANT bigint := (SELECT id FROM rotations WHERE step = 'chosen');
BEGIN
    PERFORM rotation_step(v_id, 'turned', p_new_epoch => 2, p_turned_seq => 0);
    PERFORM mark(2, 0, 'rotate', '{"week_number": 6, "year": 2026}');
    PERFORM rotation_step(v_id, 'drained', p_compressed => '\x1f8b00');
    PERFORM archive_and_reset_week(image());
    PERFORM rotation_step(v_id, 'imaged');
    RETURN (rotation_step(v_id, 'done')).step;
END
$$;

-- what a job may say
SELECT is(pg_temp.asks('a'), NULL, 'none before: go on');
SELECT is(pg_temp.asks('a', '{"mode": "speed-run", "force": false}'), NULL);
SELECT is(pg_temp.asks('a', '{"mode": null, "force": null}') ->> 'code',
          'INVALID_MESSAGE', 'null is neither');
SELECT is(pg_temp.asks('a', '{"mode": 1}') ->> 'code', 'INVALID_MESSAGE');
SELECT is(pg_temp.asks('a', '{"force": "true"}') ->> 'code',
          'INVALID_MESSAGE');
SELECT is(pg_temp.asks('a', '{"force": 1}') ->> 'code', 'INVALID_MESSAGE');

-- the request is in the row, and finds it again
SELECT is(request, pg_temp.request('a'), 'a new one is its own')
  FROM rotation_begin(1, 'classic', true, now(), pg_temp.request('a'));
SELECT is(request, pg_temp.request('a'), 'taken up by another, still its')
  FROM rotation_begin(1, 'classic', true, now(), pg_temp.request('b'));
SELECT is(pg_temp.asks('b'), NULL, 'an unfinished one is to be taken up');
SELECT is(pg_temp.finish(), 'done');
SELECT is((request, step)::text,
          (pg_temp.request('a'), 'done')::text, 'finished, and found')
  FROM rotation_begin(1, 'classic', true, now(), pg_temp.request('a'));
SELECT is(count(*), 1::bigint, 'no second one') FROM rotations;

-- within an hour
SELECT is(pg_temp.asks('a'), NULL, 'asked again');
SELECT is(pg_temp.asks('c') ->> 'code', 'CONFLICT', 'another one');
SELECT matches(pg_temp.asks('c') ->> 'message',
               '^The week has turned at 20.*Z, less than an hour ago');
SELECT is(pg_temp.asks('c', '{"force": true}'), NULL, 'by force');
UPDATE rotations SET finished_at = now() - interval '61 minutes';
SELECT is(pg_temp.asks('c'), NULL, 'later');

-- cron has begun one without a request
SELECT is(request, NULL, 'cron says nothing')
  FROM rotation_begin(2, 'classic', true);
SELECT is(request, pg_temp.request('d'), 'whoever takes it up gets it')
  FROM rotation_begin(2, 'classic', true, now(), pg_temp.request('d'));

SELECT * FROM finish();
ROLLBACK;
