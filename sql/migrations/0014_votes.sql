-- What visitors say and want: comments are paged, works of art are entered
-- for the week's vote, and votes name the mode of the next week or a work.

ALTER TABLE comments
    ADD seq bigint GENERATED ALWAYS AS IDENTITY,
    ADD CONSTRAINT comments_plain
        CHECK (content !~ E'[\u0001-\u001F\u007F-\u009F]');

DROP INDEX idx_comments_current;
CREATE UNIQUE INDEX idx_comments_seq ON comments (seq);
CREATE INDEX idx_comments_current ON comments (seq) WHERE is_current_week;
CREATE INDEX idx_comments_author
    ON comments ((coalesce(user_id, agent_id)), created_at);

COMMENT ON COLUMN comments.seq IS
    'Order in which they came in; what pages go by';

CREATE TABLE artworks (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id     uuid REFERENCES users ON DELETE CASCADE,
    agent_id    uuid REFERENCES agents ON DELETE CASCADE,
    title       text NOT NULL
                CHECK (char_length(title) BETWEEN 1 AND 80
                       AND title !~ E'[\u0001-\u001F\u007F-\u009F]'),
    x           integer NOT NULL CHECK (x >= 0),
    y           integer NOT NULL CHECK (y >= 0),
    width       integer NOT NULL CHECK (width > 0),
    height      integer NOT NULL CHECK (height > 0),
    archive_id  uuid REFERENCES canvas_archives,
    created_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT artworks_one_author
        CHECK (num_nonnulls(user_id, agent_id) = 1),
    CONSTRAINT artworks_on_a_canvas
        CHECK (x + width <= 65535 AND y + height <= 65535)
);

CREATE INDEX idx_artworks_running
    ON artworks ((coalesce(user_id, agent_id))) WHERE archive_id IS NULL;
CREATE INDEX idx_artworks_archive ON artworks (archive_id);

COMMENT ON TABLE artworks IS
    'Parts of the canvas that stand for election as the art of their week';
COMMENT ON COLUMN artworks.archive_id IS 'NULL while the week runs';

CREATE TABLE votes (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind          text NOT NULL CHECK (kind IN ('mode', 'art')),
    user_id       uuid REFERENCES users ON DELETE CASCADE,
    agent_id      uuid REFERENCES agents ON DELETE CASCADE,
    game_mode_id  uuid REFERENCES game_modes,
    artwork_id    uuid REFERENCES artworks ON DELETE CASCADE,
    archive_id    uuid REFERENCES canvas_archives,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT votes_one_voter
        CHECK (num_nonnulls(user_id, agent_id) = 1),
    CONSTRAINT votes_one_choice
        CHECK (CASE kind WHEN 'mode' THEN game_mode_id IS NOT NULL
                                          AND artwork_id IS NULL
                         ELSE artwork_id IS NOT NULL
                              AND game_mode_id IS NULL END)
);

CREATE UNIQUE INDEX idx_votes_running
    ON votes (kind, (coalesce(user_id, agent_id))) WHERE archive_id IS NULL;
CREATE INDEX idx_votes_artwork ON votes (artwork_id);
CREATE INDEX idx_votes_archive ON votes (archive_id);

COMMENT ON TABLE votes IS
    'Votes, secret: one of a kind an actor and week, which may be changed';
COMMENT ON COLUMN votes.kind IS
    'mode: for the mode of the next week; art: for a work of this one';
COMMENT ON COLUMN votes.archive_id IS 'NULL while the week runs';

ALTER TABLE artworks ENABLE ROW LEVEL SECURITY;
ALTER TABLE votes ENABLE ROW LEVEL SECURITY;
