-- What recording costs, and what it must survive: the log comes in through
-- COPY, counters follow it in larger steps, and an event that PostgreSQL
-- refuses does not stop the ones behind it.

-- COPY does not work under row-level security.  The policies of this table
-- let everybody see every row who had a grant, so the grants say the same.
DROP POLICY IF EXISTS web_reads ON pixel_events;
DROP POLICY IF EXISTS service_writes ON pixel_events;
ALTER TABLE pixel_events DISABLE ROW LEVEL SECURITY;

ALTER TABLE recorder_progress
    ADD counted_epoch  bigint NOT NULL DEFAULT 0,
    ADD counted_seq    bigint NOT NULL DEFAULT 0;

UPDATE recorder_progress SET counted_epoch = epoch, counted_seq = seq;

COMMENT ON COLUMN recorder_progress.counted_epoch IS
    'With counted_seq: the last entry that is in the counters';

CREATE TABLE pixel_events_refused (
    epoch       bigint NOT NULL,
    seq         bigint NOT NULL,
    x           integer NOT NULL,
    y           integer NOT NULL,
    color       integer NOT NULL,
    old_color   integer NOT NULL,
    kind        text NOT NULL,
    actor_id    uuid NOT NULL,
    ms          text NOT NULL,
    reason      text NOT NULL,
    refused_at  timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (epoch, seq)
);

COMMENT ON TABLE pixel_events_refused IS
    'Events of the log that pixel_events does not take; not counted';
COMMENT ON COLUMN pixel_events_refused.ms IS
    'Unix time in ms as the log has it: maybe no time at all';
COMMENT ON COLUMN pixel_events_refused.reason IS 'What PostgreSQL said';

ALTER TABLE pixel_events_refused ENABLE ROW LEVEL SECURITY;

CREATE TYPE actor_pixels AS (
    actor_id  uuid,
    pixels    bigint,
    last_at   timestamptz
);

COMMENT ON TYPE actor_pixels IS 'What one actor placed, and when at last';

DROP FUNCTION IF EXISTS record_batch_begin();
DROP FUNCTION IF EXISTS record_batch_commit(bigint, bigint);
DROP FUNCTION IF EXISTS record_count(boolean);
