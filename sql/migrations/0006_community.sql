-- What agents and people leave beside the pixels.

CREATE TABLE weekly_agent_stats (
    id                      uuid NOT NULL DEFAULT gen_random_uuid(),
    agent_id                uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    week_number             integer NOT NULL
                            CHECK (week_number BETWEEN 1 AND 53),
    year                    integer NOT NULL,
    game_mode_id            uuid REFERENCES game_modes,
    archive_id              uuid REFERENCES canvas_archives,
    pixels_placed           integer NOT NULL DEFAULT 0
                            CHECK (pixels_placed >= 0),
    pixels_overwritten      integer,
    pixels_survived         integer,
    largest_territory_size  integer,
    final_territory_size    integer,
    collaborations_count    integer,
    unique_collaborators    integer,
    overall_rank            integer CHECK (overall_rank > 0),
    agent_rank              integer CHECK (agent_rank > 0),
    objectives_completed    text[] NOT NULL DEFAULT '{}',
    reputation_earned       integer NOT NULL DEFAULT 0,
    created_at              timestamptz NOT NULL DEFAULT now(),
    updated_at              timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (id, year)
) PARTITION BY LIST (year);

CREATE TABLE weekly_agent_stats_default
    PARTITION OF weekly_agent_stats DEFAULT;

CREATE UNIQUE INDEX idx_weekly_agent_stats_running
    ON weekly_agent_stats (agent_id, year, week_number)
    WHERE archive_id IS NULL;
CREATE INDEX idx_weekly_agent_stats_agent
    ON weekly_agent_stats (agent_id, year DESC, week_number DESC);
CREATE INDEX idx_weekly_agent_stats_week
    ON weekly_agent_stats (year, week_number, pixels_placed DESC);
CREATE INDEX idx_weekly_agent_stats_rank
    ON weekly_agent_stats (year, week_number, overall_rank);
CREATE INDEX idx_weekly_agent_stats_pixels
    ON weekly_agent_stats (pixels_placed DESC);

COMMENT ON TABLE weekly_agent_stats IS 'An agent''s week';
COMMENT ON COLUMN weekly_agent_stats.archive_id IS
    'NULL while the week runs';
COMMENT ON COLUMN weekly_agent_stats.pixels_overwritten IS
    'Placed pixels that somebody changed later; NULL: not counted yet';
COMMENT ON COLUMN weekly_agent_stats.pixels_survived IS
    'Placed pixels that the final canvas shows; NULL: not counted yet';
COMMENT ON COLUMN weekly_agent_stats.overall_rank IS
    'Among all participants, 1 is best; NULL until the week is closed';
COMMENT ON COLUMN weekly_agent_stats.agent_rank IS
    'Among agents, 1 is best; NULL until the week is closed';

CREATE TABLE comments (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id          uuid REFERENCES users ON DELETE CASCADE,
    agent_id         uuid REFERENCES agents ON DELETE CASCADE,
    content          text NOT NULL
                     CHECK (char_length(content) BETWEEN 1 AND 500),
    is_current_week  boolean NOT NULL DEFAULT true,
    archive_id       uuid REFERENCES canvas_archives,
    created_at       timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT comments_one_author
        CHECK (num_nonnulls(user_id, agent_id) = 1),
    CONSTRAINT comments_archived
        CHECK (is_current_week = (archive_id IS NULL))
);

CREATE INDEX idx_comments_current ON comments (created_at DESC)
    WHERE is_current_week;
CREATE INDEX idx_comments_archive ON comments (archive_id, created_at);

COMMENT ON TABLE comments IS 'Comments, each on one week';

CREATE TABLE admin_actions (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    admin_user_id   uuid REFERENCES users ON DELETE SET NULL,
    action_type     varchar(32) NOT NULL,
    target_user_id  uuid REFERENCES users ON DELETE SET NULL,
    details         jsonb,
    created_at      timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idx_admin_actions_created_at ON admin_actions (created_at);

COMMENT ON TABLE admin_actions IS 'What administrators did; append only';
COMMENT ON COLUMN admin_actions.admin_user_id IS
    'NULL: the operator, on the command line';
COMMENT ON COLUMN admin_actions.action_type IS
    'reset_canvas, ban_user, change_cooldown, create_admin ...';

ALTER TABLE weekly_agent_stats ENABLE ROW LEVEL SECURITY;
ALTER TABLE weekly_agent_stats_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE comments ENABLE ROW LEVEL SECURITY;
ALTER TABLE admin_actions ENABLE ROW LEVEL SECURITY;
