-- The running week, the closed ones, and what a closed one keeps.

CREATE TABLE current_canvas (
    id                             boolean PRIMARY KEY DEFAULT true
                                   CHECK (id),
    current_game_mode_id           uuid NOT NULL REFERENCES game_modes,
    week_number                    integer NOT NULL
                                   CHECK (week_number BETWEEN 1 AND 53),
    year                           integer NOT NULL,
    week_started_at                timestamptz NOT NULL DEFAULT now(),
    week_resets_at                 timestamptz NOT NULL,
    canvas_version                 bigint NOT NULL DEFAULT 0,
    total_pixels_this_week         bigint NOT NULL DEFAULT 0
                                   CHECK (total_pixels_this_week >= 0),
    unique_contributors_this_week  integer NOT NULL DEFAULT 0
                                   CHECK (unique_contributors_this_week >= 0),
    next_game_mode_id              uuid REFERENCES game_modes
                                   ON DELETE SET NULL,
    announce_next_at               timestamptz,
    width                          integer NOT NULL DEFAULT 500
                                   CHECK (width BETWEEN 1 AND 65535),
    height                         integer NOT NULL DEFAULT 500
                                   CHECK (height BETWEEN 1 AND 65535),
    background                     smallint NOT NULL DEFAULT 15,
    palette                        text[] NOT NULL,
    reset_weekday                  smallint NOT NULL DEFAULT 6
                                   CHECK (reset_weekday BETWEEN 1 AND 7),
    reset_time                     time NOT NULL DEFAULT '14:00',
    start_epoch                    bigint NOT NULL DEFAULT 0,
    start_seq                      bigint NOT NULL DEFAULT 0,
    updated_at                     timestamptz NOT NULL DEFAULT now(),

    CHECK (week_resets_at > week_started_at),
    CHECK (cardinality(palette) BETWEEN 2 AND 256),
    CHECK (background >= 0 AND background < cardinality(palette))
) WITH (fillfactor = 50);

COMMENT ON TABLE current_canvas IS
    'The running week; always exactly one row';
COMMENT ON COLUMN current_canvas.week_number IS
    'ISO week of week_resets_at, in UTC';
COMMENT ON COLUMN current_canvas.year IS 'ISO year of week_resets_at';
COMMENT ON COLUMN current_canvas.canvas_version IS
    'Rises with every recorded change and every turn of the week';
COMMENT ON COLUMN current_canvas.next_game_mode_id IS
    'Scheduled mode of the next week; NULL: drawn at the turn';
COMMENT ON COLUMN current_canvas.announce_next_at IS
    'When the scheduled mode becomes public; NULL: at once';
COMMENT ON COLUMN current_canvas.palette IS '#RRGGBB of index 0, 1, 2 ...';
COMMENT ON COLUMN current_canvas.reset_weekday IS
    'ISO day of the week of the reset: 1 Monday to 7 Sunday';
COMMENT ON COLUMN current_canvas.reset_time IS 'Time of the reset, UTC';
COMMENT ON COLUMN current_canvas.start_seq IS
    'The events of the week are those behind (start_epoch, start_seq)';

INSERT INTO current_canvas
    (current_game_mode_id, week_number, year, week_resets_at, palette)
SELECT m.id, extract(week FROM r.at)::int, extract(isoyear FROM r.at)::int,
       r.at AT TIME ZONE 'UTC',
       ARRAY['#FF4500', '#FFA800', '#FFD635', '#00A368', '#7EED56', '#2450A4',
             '#3690EA', '#51E9F4', '#811E9F', '#B44AC0', '#FF99AA', '#9C6926',
             '#000000', '#898D90', '#D4D7D9', '#FFFFFF']
  FROM game_modes m,
       LATERAL (SELECT min(d) AS at
                  FROM generate_series(
                           date_trunc('day', now() AT TIME ZONE 'UTC'),
                           date_trunc('day', now() AT TIME ZONE 'UTC')
                               + interval '7 days',
                           interval '1 day') AS day,
                       LATERAL (SELECT day + interval '14 hours' AS d) AS s
                 WHERE extract(isodow FROM day) = 6
                   AND d > now() AT TIME ZONE 'UTC') AS r
 WHERE m.slug = 'classic';

CREATE TABLE canvas_archives (
    id                      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    week_number             integer NOT NULL
                            CHECK (week_number BETWEEN 1 AND 53),
    year                    integer NOT NULL,
    started_at              timestamptz NOT NULL,
    ended_at                timestamptz NOT NULL,
    game_mode_id            uuid NOT NULL REFERENCES game_modes,
    canvas_data             text NOT NULL,
    canvas_data_compressed  bytea,
    width                   integer NOT NULL,
    height                  integer NOT NULL,
    background              smallint NOT NULL,
    palette                 text[] NOT NULL,
    total_pixels_placed     bigint NOT NULL,
    unique_contributors     integer NOT NULL,
    stats                   jsonb NOT NULL DEFAULT '{}',
    winner_user_id          uuid REFERENCES users ON DELETE SET NULL,
    winner_agent_id         uuid REFERENCES agents ON DELETE SET NULL,
    winner_faction_id       text,
    image_url               text,
    thumbnail_url           text,
    video_url               text,
    first_epoch             bigint,
    closing_epoch           bigint,
    new_epoch               bigint UNIQUE,
    last_seq                bigint NOT NULL,
    created_at              timestamptz NOT NULL DEFAULT now(),

    CHECK (ended_at >= started_at)
);

CREATE INDEX idx_archives_week
    ON canvas_archives (year DESC, week_number DESC, ended_at DESC);
CREATE INDEX idx_canvas_archives_game_mode ON canvas_archives (game_mode_id);
CREATE INDEX idx_canvas_archives_winner_user
    ON canvas_archives (winner_user_id);
CREATE INDEX idx_canvas_archives_winner_agent
    ON canvas_archives (winner_agent_id);
CREATE INDEX idx_canvas_archives_winner_faction
    ON canvas_archives (winner_faction_id);

COMMENT ON TABLE canvas_archives IS
    'Closed weeks; a row is written once, the URLs follow';
COMMENT ON COLUMN canvas_archives.canvas_data IS
    'Base64 of the packed canvas (4 bits a pixel, 8 above 16 colours)';
COMMENT ON COLUMN canvas_archives.canvas_data_compressed IS
    'gzip of the packed canvas; NULL when the week was closed by hand';
COMMENT ON COLUMN canvas_archives.new_epoch IS
    'Epoch that began when the page was turned; NULL when closed by hand';
COMMENT ON COLUMN canvas_archives.last_seq IS
    'Position of the last change: (closing_epoch, last_seq)';

CREATE TABLE canvas_epochs (
    epoch        bigint PRIMARY KEY CHECK (epoch > 0),
    base_seq     bigint NOT NULL CHECK (base_seq >= 0),
    reason       text NOT NULL
                 CHECK (reason IN ('init', 'rotate', 'reset', 'restart',
                                   'restore', 'found')),
    archive_id   uuid REFERENCES canvas_archives,
    week_number  integer NOT NULL,
    year         integer NOT NULL,
    started_at   timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_canvas_epochs_open ON canvas_epochs (epoch)
    WHERE archive_id IS NULL;

COMMENT ON TABLE canvas_epochs IS
    'Lives of the canvas: one row a marker of the log';
COMMENT ON COLUMN canvas_epochs.base_seq IS
    'Last seq before the epoch: its first change has base_seq + 1';
COMMENT ON COLUMN canvas_epochs.reason IS
    'As in the log; found: events came without their marker';
COMMENT ON COLUMN canvas_epochs.archive_id IS
    'The archive of the week the epoch belongs to; NULL: not closed yet';
COMMENT ON COLUMN canvas_epochs.started_at IS 'By the clock of Redis';

CREATE TABLE rotations (
    id                      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    closing_epoch           bigint NOT NULL,
    new_epoch               bigint UNIQUE,
    turned_seq              bigint,
    game_mode_slug          text NOT NULL,
    week_number             integer NOT NULL,
    year                    integer NOT NULL,
    new_week_number         integer NOT NULL,
    new_year                integer NOT NULL,
    new_resets_at           timestamptz NOT NULL,
    step                    text NOT NULL DEFAULT 'chosen'
                            CHECK (step IN ('chosen', 'turned', 'drained',
                                            'archived', 'imaged', 'done')),
    archive_id              uuid UNIQUE REFERENCES canvas_archives,
    canvas_data_compressed  bytea,
    started_at              timestamptz NOT NULL DEFAULT now(),
    updated_at              timestamptz NOT NULL DEFAULT now(),
    finished_at             timestamptz,

    CHECK (new_epoch > closing_epoch),
    CHECK ((new_epoch IS NULL) = (turned_seq IS NULL)),
    CHECK (step = 'chosen' OR new_epoch IS NOT NULL),
    CHECK ((archive_id IS NOT NULL) =
           (step IN ('archived', 'imaged', 'done'))),
    CHECK ((finished_at IS NOT NULL) = (step = 'done'))
);

CREATE UNIQUE INDEX idx_rotations_unfinished ON rotations ((true))
    WHERE step <> 'done';

COMMENT ON TABLE rotations IS
    'Memory of the rotation; at most one row is unfinished';
COMMENT ON COLUMN rotations.week_number IS 'Label of the closing week';
COMMENT ON COLUMN rotations.turned_seq IS
    'Last seq of the closing week; the new one begins behind (new_epoch, it)';
COMMENT ON COLUMN rotations.canvas_data_compressed IS
    'gzip of the closed canvas on its way into the archive';

ALTER TABLE current_canvas ENABLE ROW LEVEL SECURITY;
ALTER TABLE canvas_archives ENABLE ROW LEVEL SECURITY;
ALTER TABLE canvas_epochs ENABLE ROW LEVEL SECURITY;
ALTER TABLE rotations ENABLE ROW LEVEL SECURITY;
