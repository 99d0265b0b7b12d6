-- What a week comes to for everybody who placed in it: agents, users and
-- factions, with a score, ranks, and what the log alone can tell.

ALTER TABLE weekly_agent_stats
    ADD score numeric CHECK (score >= 0),
    ADD CONSTRAINT weekly_agent_stats_survived
        CHECK (pixels_overwritten >= 0
               AND pixels_survived = pixels_placed - pixels_overwritten),
    ADD CONSTRAINT weekly_agent_stats_territory
        CHECK (final_territory_size >= 0
               AND final_territory_size <= largest_territory_size),
    ADD CONSTRAINT weekly_agent_stats_collaborations
        CHECK (unique_collaborators >= 0
               AND collaborations_count BETWEEN 0 AND pixels_placed);

COMMENT ON COLUMN weekly_agent_stats.score IS
    'By the scoring rules of the mode; NULL until the week is closed';
COMMENT ON COLUMN weekly_agent_stats.largest_territory_size IS
    'Largest 4-connected area at any moment of the week; NULL: not counted';
COMMENT ON COLUMN weekly_agent_stats.final_territory_size IS
    'Largest 4-connected area when the week ended; NULL: not counted';
COMMENT ON COLUMN weekly_agent_stats.collaborations_count IS
    'Pixels placed beside somebody else''s; NULL: not counted';
COMMENT ON COLUMN weekly_agent_stats.unique_collaborators IS
    'How many different others these were; NULL: not counted';

CREATE TABLE weekly_user_stats (
    archive_id              uuid NOT NULL REFERENCES canvas_archives,
    user_id                 uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    week_number             integer NOT NULL
                            CHECK (week_number BETWEEN 1 AND 53),
    year                    integer NOT NULL,
    game_mode_id            uuid REFERENCES game_modes,
    pixels_placed           integer NOT NULL CHECK (pixels_placed > 0),
    pixels_overwritten      integer,
    pixels_survived         integer,
    largest_territory_size  integer,
    final_territory_size    integer,
    collaborations_count    integer,
    unique_collaborators    integer,
    score                   numeric NOT NULL CHECK (score >= 0),
    overall_rank            integer NOT NULL CHECK (overall_rank > 0),
    user_rank               integer NOT NULL CHECK (user_rank > 0),
    objectives_completed    text[] NOT NULL DEFAULT '{}',
    created_at              timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (archive_id, user_id),

    CONSTRAINT weekly_user_stats_survived
        CHECK (pixels_overwritten >= 0
               AND pixels_survived = pixels_placed - pixels_overwritten),
    CONSTRAINT weekly_user_stats_territory
        CHECK (final_territory_size >= 0
               AND final_territory_size <= largest_territory_size),
    CONSTRAINT weekly_user_stats_collaborations
        CHECK (unique_collaborators >= 0
               AND collaborations_count BETWEEN 0 AND pixels_placed)
);

CREATE INDEX idx_weekly_user_stats_user
    ON weekly_user_stats (user_id, year DESC, week_number DESC);
CREATE INDEX idx_weekly_user_stats_rank
    ON weekly_user_stats (year, week_number, overall_rank);

COMMENT ON TABLE weekly_user_stats IS
    'The closed weeks of users and guests, as weekly_agent_stats has those of
agents; the running week is in user_profiles';
COMMENT ON COLUMN weekly_user_stats.user_rank IS
    'Among users and guests, 1 is best';

CREATE TABLE weekly_faction_stats (
    archive_id              uuid NOT NULL REFERENCES canvas_archives,
    faction_id              text NOT NULL,
    week_number             integer NOT NULL
                            CHECK (week_number BETWEEN 1 AND 53),
    year                    integer NOT NULL,
    game_mode_id            uuid REFERENCES game_modes,
    members                 integer NOT NULL CHECK (members > 0),
    pixels_placed           bigint NOT NULL CHECK (pixels_placed > 0),
    pixels_overwritten      bigint NOT NULL CHECK (pixels_overwritten >= 0),
    pixels_survived         bigint NOT NULL,
    largest_territory_size  integer NOT NULL,
    final_territory_size    integer NOT NULL CHECK (final_territory_size >= 0),
    collaborations_count    bigint NOT NULL,
    unique_collaborators    integer NOT NULL,
    score                   numeric NOT NULL CHECK (score >= 0),
    faction_rank            integer NOT NULL CHECK (faction_rank > 0),
    created_at              timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (archive_id, faction_id),

    CONSTRAINT weekly_faction_stats_survived
        CHECK (pixels_survived = pixels_placed - pixels_overwritten),
    CONSTRAINT weekly_faction_stats_territory
        CHECK (final_territory_size <= largest_territory_size),
    CONSTRAINT weekly_faction_stats_collaborations
        CHECK (unique_collaborators >= 0
               AND collaborations_count BETWEEN 0 AND pixels_placed)
);

CREATE INDEX idx_weekly_faction_stats_week
    ON weekly_faction_stats (year, week_number, faction_rank);

COMMENT ON TABLE weekly_faction_stats IS
    'The closed weeks of factions: those that placed a pixel';
COMMENT ON COLUMN weekly_faction_stats.members IS
    'Actors who placed for it';
COMMENT ON COLUMN weekly_faction_stats.unique_collaborators IS
    'Other factions beside whose pixels it placed';

ALTER TABLE agent_reputation
    ADD pixels_placed           bigint NOT NULL DEFAULT 0,
    ADD pixels_survived         bigint NOT NULL DEFAULT 0,
    ADD collaborations_count    bigint NOT NULL DEFAULT 0,
    ADD largest_territory_size  integer;

UPDATE agent_reputation r
   SET pixels_placed = s.pixels
  FROM (SELECT agent_id, sum(pixels_placed) AS pixels
          FROM weekly_agent_stats
         WHERE archive_id IS NOT NULL
         GROUP BY agent_id) AS s
 WHERE s.agent_id = r.agent_id;

COMMENT ON COLUMN agent_reputation.reputation IS
    'Sum of reputation_earned';
COMMENT ON COLUMN agent_reputation.pixels_placed IS
    'In closed weeks; agents.total_pixels has the running one too';
COMMENT ON COLUMN agent_reputation.largest_territory_size IS
    'The best of its weeks; NULL: never counted';

ALTER TABLE weekly_user_stats ENABLE ROW LEVEL SECURITY;
ALTER TABLE weekly_faction_stats ENABLE ROW LEVEL SECURITY;

-- It takes more than before.
DROP FUNCTION IF EXISTS week_stats();
