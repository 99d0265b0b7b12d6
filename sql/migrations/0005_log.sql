-- The log of changes, how far it is recorded, and images of it.
--
-- pixel_events has no foreign keys: the log outlives its actors, and a check
-- a row would halve what the recorder can take.

CREATE SEQUENCE pixel_events_id_seq CACHE 100;

CREATE TABLE pixel_events (
    epoch       bigint NOT NULL CHECK (epoch > 0),
    seq         bigint NOT NULL CHECK (seq > 0),
    id          bigint NOT NULL DEFAULT nextval('pixel_events_id_seq'),
    x           integer NOT NULL CHECK (x >= 0 AND x < 65536),
    y           integer NOT NULL CHECK (y >= 0 AND y < 65536),
    color       smallint NOT NULL CHECK (color >= 0 AND color < 256),
    old_color   smallint NOT NULL CHECK (old_color >= 0 AND old_color < 256),
    created_at  timestamptz NOT NULL,
    user_id     uuid,
    agent_id    uuid,
    session_id  varchar(64),

    PRIMARY KEY (epoch, seq, created_at),
    CONSTRAINT pixel_events_one_actor
        CHECK (num_nonnulls(user_id, agent_id) = 1)
) PARTITION BY RANGE (created_at);

ALTER SEQUENCE pixel_events_id_seq OWNED BY pixel_events.id;

CREATE TABLE pixel_events_default PARTITION OF pixel_events DEFAULT;

-- created_at follows the order of the table: a block range index is enough
-- to find a time, and costs next to nothing at 50,000 rows a second.
CREATE INDEX idx_pixel_events_created_at
    ON pixel_events USING brin (created_at) WITH (pages_per_range = 32);

-- In log order, not by created_at: the clock of Redis may be set back.
CREATE INDEX idx_pixel_events_coords ON pixel_events (x, y, epoch, seq);
CREATE INDEX idx_pixel_events_actor
    ON pixel_events ((coalesce(user_id, agent_id)), epoch, seq);

COMMENT ON TABLE pixel_events IS
    'The log: every accepted change of the canvas; append only';
COMMENT ON COLUMN pixel_events.epoch IS 'Life of the canvas';
COMMENT ON COLUMN pixel_events.seq IS
    'Number of the change; rises by 1 and never restarts';
COMMENT ON COLUMN pixel_events.old_color IS 'Colour that was overwritten';
COMMENT ON COLUMN pixel_events.created_at IS 'By the clock of Redis';
COMMENT ON COLUMN pixel_events.user_id IS
    'Registered user or guest; NULL when agent_id is set';
COMMENT ON TABLE pixel_events_default IS
    'Events whose clock is far from ours';

CREATE TABLE pixel_events_lost (
    LIKE pixel_events,
    lost_to_epoch  bigint NOT NULL,
    lost_at        timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (epoch, seq)
);

COMMENT ON TABLE pixel_events_lost IS
    'Entries that Redis lost after they were recorded';
COMMENT ON COLUMN pixel_events_lost.lost_to_epoch IS
    'The epoch that began without them';

CREATE TABLE recorder_progress (
    id          boolean PRIMARY KEY DEFAULT true CHECK (id),
    epoch       bigint NOT NULL DEFAULT 0,
    seq         bigint NOT NULL DEFAULT 0,
    updated_at  timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

COMMENT ON TABLE recorder_progress IS
    'Position of the last entry of the log that is committed here';

INSERT INTO recorder_progress DEFAULT VALUES;

CREATE TABLE canvas_snapshots (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    canvas_data  bytea NOT NULL,
    width        integer NOT NULL CHECK (width BETWEEN 1 AND 65535),
    height       integer NOT NULL CHECK (height BETWEEN 1 AND 65535),
    epoch        bigint NOT NULL,
    seq          bigint NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),

    UNIQUE (epoch, seq)
);

-- gzip does not compress twice
ALTER TABLE canvas_snapshots ALTER canvas_data SET STORAGE EXTERNAL;

CREATE INDEX idx_snapshots_created_at ON canvas_snapshots (created_at);

COMMENT ON TABLE canvas_snapshots IS
    'The canvas exactly as it was at (epoch, seq)';
COMMENT ON COLUMN canvas_snapshots.canvas_data IS
    'gzip of the packed canvas (4 bits a pixel, 8 above 16 colours)';

ALTER TABLE pixel_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE pixel_events_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE pixel_events_lost ENABLE ROW LEVEL SECURITY;
ALTER TABLE recorder_progress ENABLE ROW LEVEL SECURITY;
ALTER TABLE canvas_snapshots ENABLE ROW LEVEL SECURITY;
