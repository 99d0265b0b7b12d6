CREATE OR REPLACE FUNCTION record_batch_begin(
    OUT epoch bigint, OUT seq bigint)
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
    SET client_min_messages = warning
AS $$
BEGIN
    SELECT p.epoch, p.seq INTO STRICT epoch, seq
      FROM recorder_progress p
       FOR UPDATE;

    CREATE TEMPORARY TABLE IF NOT EXISTS record_batch (
        epoch       bigint NOT NULL,
        seq         bigint NOT NULL,
        x           integer NOT NULL,
        y           integer NOT NULL,
        color       smallint NOT NULL,
        old_color   smallint NOT NULL,
        user_id     uuid,
        agent_id    uuid,
        session_id  varchar(64),
        created_at  timestamptz NOT NULL
    ) ON COMMIT DELETE ROWS;

    DELETE FROM record_batch;
END
$$;

COMMENT ON FUNCTION record_batch_begin() IS
    'Begins a batch of the recorder: locks the progress until the transaction
ends, returns it, and empties the session''s temporary table record_batch';

REVOKE ALL ON FUNCTION record_batch_begin() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_batch_begin() TO canvas_service;
