-- Who waits for whom: one session holds a lock, a second one must run into it.

BEGIN;
SELECT plan(7);

CREATE EXTENSION IF NOT EXISTS dblink SCHEMA public;

SELECT dblink_connect('other', format(
    'host=%s dbname=%s user=canvas_service', split_part(
    current_setting('unix_socket_directories'), ',', 1), current_database()));
SELECT dblink_exec('other', $$SET search_path = canvas, public;
                              SET lock_timeout = '100ms'$$);

-- SQLSTATE of a statement in the other session, rolled back; 00000: it ran
CREATE FUNCTION pg_temp.other(p_sql text) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    v_state  text := '00000';
BEGIN
    PERFORM dblink_exec('other', 'BEGIN');
    BEGIN
        PERFORM FROM dblink('other', 'SELECT 1::text FROM ' || p_sql)
                AS t (ok text);
    EXCEPTION WHEN OTHERS THEN
        v_state := SQLSTATE;
    END;
    PERFORM dblink_exec('other', 'ROLLBACK');
    RETURN v_state;
END
$$;

SELECT is(pg_temp.other('record_batch_begin(0, 0, 0)'), '00000',
          'nobody is in the way');

-- what a batch holds, and makes others wait with
SELECT FROM recorder_progress FOR UPDATE;
SELECT is(pg_temp.other('record_batch_begin(0, 0, 0)'), '55P03',
          'a batch waits for a batch');
SELECT is(pg_temp.other($$archive_and_reset_week('AAAA')$$), '55P03',
          'the archive waits for a batch');
SELECT is(pg_temp.other($$record_marker(1, 0, 'init', 1, '{}')$$), '55P03',
          'a marker waits for a batch');
SELECT is(pg_temp.other('api_history_recent(NULL, 1)'), '00000',
          'a reader waits for nobody');
SELECT is(pg_temp.other('rotation_begin(1, NULL, true)'), '00000',
          'nor does the begin of a rotation');

SELECT count(*) FROM rotation_begin(1, NULL, true);
SELECT is(pg_temp.other('rotation_begin(1, NULL, true)'), '55P03',
          'but two rotations begin one after the other');

SELECT dblink_disconnect('other');
SELECT finish();
ROLLBACK;
