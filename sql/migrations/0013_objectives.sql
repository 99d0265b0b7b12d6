-- What there is to achieve in a week besides the most pixels.
--
-- How far an actor is, is counted where its pixels are counted anyway, in one
-- value beside them: a row an actor and objective would cost the recorder
-- more than the log itself.  Rows of objective_progress are what is
-- completed, and what the end of a week leaves.

CREATE TABLE objective_definitions (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    slug           text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9_-]{1,64}$'),
    name           text NOT NULL,
    description    text NOT NULL,
    metric         text NOT NULL
                   CHECK (metric IN ('pixels', 'colors', 'hour_pixels',
                                     'hours', 'days', 'fresh', 'repaints',
                                     'largest_territory', 'survived',
                                     'collaborations')),
    target         bigint NOT NULL CHECK (target > 0),
    scope          text NOT NULL DEFAULT 'both'
                   CHECK (scope IN ('user', 'agent', 'both')),
    reward         integer NOT NULL DEFAULT 0 CHECK (reward >= 0),
    unless_rule    text REFERENCES rule_definitions,
    is_active      boolean NOT NULL DEFAULT true,
    display_order  integer NOT NULL DEFAULT 0,
    at_week_end    boolean NOT NULL GENERATED ALWAYS AS
                   (metric IN ('largest_territory', 'survived',
                               'collaborations')) STORED,
    created_at     timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE objective_definitions IS
    'What can be set as an objective; active ones are, every week';
COMMENT ON COLUMN objective_definitions.metric IS
    'What is counted; docs/sql.md says how';
COMMENT ON COLUMN objective_definitions.scope IS 'Who can complete it';
COMMENT ON COLUMN objective_definitions.reward IS
    'Reputation of an agent that completes it';
COMMENT ON COLUMN objective_definitions.unless_rule IS
    'Not in weeks whose mode has this rule set, and not false or null';
COMMENT ON COLUMN objective_definitions.at_week_end IS
    'Known only at the end of the week, and then completed by the best alone';

CREATE TABLE weekly_objectives (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    objective_id  uuid NOT NULL REFERENCES objective_definitions,
    number        smallint NOT NULL CHECK (number BETWEEN 0 AND 62),
    metric        text NOT NULL,
    target        bigint NOT NULL,
    scope         text NOT NULL,
    reward        integer NOT NULL,
    at_week_end   boolean NOT NULL,
    slot          integer GENERATED ALWAYS AS (array_position(
                      ARRAY['pixels', 'hour_pixels', 'hours', 'days', 'fresh',
                            'repaints', 'colors'], metric)) STORED,
    week_number   integer NOT NULL CHECK (week_number BETWEEN 1 AND 53),
    year          integer NOT NULL,
    archive_id    uuid REFERENCES canvas_archives,
    created_at    timestamptz NOT NULL DEFAULT now(),

    UNIQUE (id, objective_id)
);

CREATE UNIQUE INDEX idx_weekly_objectives_running
    ON weekly_objectives (objective_id) WHERE archive_id IS NULL;
CREATE UNIQUE INDEX idx_weekly_objectives_number
    ON weekly_objectives (number) WHERE archive_id IS NULL;
CREATE INDEX idx_weekly_objectives_archive ON weekly_objectives (archive_id);

COMMENT ON TABLE weekly_objectives IS
    'The objectives of a week, as their definitions were when it began';
COMMENT ON COLUMN weekly_objectives.number IS
    'Bit of user_profiles.completed';
COMMENT ON COLUMN weekly_objectives.slot IS
    'Place of the metric among those that are counted as events come';
COMMENT ON COLUMN weekly_objectives.archive_id IS
    'NULL while the week runs';

CREATE TABLE objective_progress (
    id                   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    weekly_objective_id  uuid NOT NULL,
    objective_id         uuid NOT NULL REFERENCES objective_definitions,
    user_id              uuid REFERENCES users ON DELETE CASCADE,
    agent_id             uuid REFERENCES agents ON DELETE CASCADE,
    value                bigint NOT NULL CHECK (value >= 0),
    completed_at         timestamptz,
    completed_epoch      bigint,
    completed_seq        bigint,
    announced_at         timestamptz,

    FOREIGN KEY (weekly_objective_id, objective_id)
        REFERENCES weekly_objectives (id, objective_id) ON DELETE CASCADE,
    CONSTRAINT objective_progress_one_actor
        CHECK (num_nonnulls(user_id, agent_id) = 1),
    CONSTRAINT objective_progress_completed
        CHECK (num_nonnulls(completed_at, completed_epoch, completed_seq)
               IN (0, 3)),
    CONSTRAINT objective_progress_announced
        CHECK (announced_at IS NULL OR completed_at IS NOT NULL)
);

CREATE UNIQUE INDEX idx_objective_progress_actor
    ON objective_progress (weekly_objective_id, (coalesce(user_id, agent_id)));
CREATE INDEX idx_objective_progress_completed
    ON objective_progress (weekly_objective_id, completed_epoch,
                           completed_seq) WHERE completed_at IS NOT NULL;
CREATE INDEX idx_objective_progress_user ON objective_progress (user_id);
CREATE INDEX idx_objective_progress_agent ON objective_progress (agent_id);

COMMENT ON TABLE objective_progress IS
    'Who completed an objective, and when; of closed weeks also who came
closest.  How far the others are: view objective_standings';
COMMENT ON COLUMN objective_progress.value IS
    'As of its completion; as of the end of the week once that is closed';
COMMENT ON COLUMN objective_progress.completed_at IS
    'When the placement was made that completed it, by the clock of Redis';
COMMENT ON COLUMN objective_progress.completed_seq IS
    'With completed_epoch: that placement in the log';
COMMENT ON COLUMN objective_progress.announced_at IS
    'When everybody was told; only the first of an objective is announced';

CREATE TYPE objective_tally AS (
    pixels       bigint,
    hour         integer,
    hour_pixels  integer,
    best_hour    integer,
    hours        integer,
    days         integer,
    fresh        integer,
    repaints     integer,
    colors       bit(256)
);

COMMENT ON TYPE objective_tally IS
    'What an actor did in a week, as far as objectives ask';

CREATE TYPE objective_reached AS (
    actor_id             uuid,
    is_agent             boolean,
    weekly_objective_id  uuid,
    value                bigint,
    before               objective_tally
);

COMMENT ON TYPE objective_reached IS
    'An actor reached the target of an objective with what was just counted';

ALTER TYPE actor_pixels
    ADD ATTRIBUTE colors bit(256),
    ADD ATTRIBUTE fresh integer,
    ADD ATTRIBUTE repaints integer,
    ADD ATTRIBUTE faction smallint;

COMMENT ON COLUMN actor_pixels.faction IS 'NULL: it placed for none';

-- What seldom changes comes last, where an update need not log it.
ALTER TABLE user_profiles
    ADD hour         integer NOT NULL DEFAULT -1,
    ADD hour_pixels  integer NOT NULL DEFAULT 0,
    ADD best_hour    integer NOT NULL DEFAULT 0,
    ADD hours        integer NOT NULL DEFAULT 0,
    ADD days         integer NOT NULL DEFAULT 0,
    ADD fresh        integer NOT NULL DEFAULT 0,
    ADD repaints     integer NOT NULL DEFAULT 0,
    ADD faction      smallint,
    ADD completed    bigint NOT NULL DEFAULT 0,
    ADD colors       bit(256) NOT NULL DEFAULT B'0'::bit(256);

COMMENT ON COLUMN user_profiles.hour IS
    'Of week_hours, of the latest placement; -1: none in this week';
COMMENT ON COLUMN user_profiles.hour_pixels IS 'Pixels within that hour';
COMMENT ON COLUMN user_profiles.best_hour IS
    'The most pixels within one hour of this week';
COMMENT ON COLUMN user_profiles.hours IS
    'In how many hours of this week a pixel was placed; days: the same';
COMMENT ON COLUMN user_profiles.fresh IS
    'Pixels of another colour on the background';
COMMENT ON COLUMN user_profiles.repaints IS
    'Painted pixels that were given another colour';
COMMENT ON COLUMN user_profiles.faction IS
    'For which it placed last in this week, as pixel_events has it';
COMMENT ON COLUMN user_profiles.completed IS
    'Bit n: the weekly objective of that number is completed';
COMMENT ON COLUMN user_profiles.colors IS 'Bit n: placed colour n';

CREATE TABLE agent_tallies (
    agent_id     uuid PRIMARY KEY REFERENCES agents ON DELETE CASCADE,
    pixels       bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

ALTER TABLE agent_tallies
    ADD hour         integer NOT NULL DEFAULT -1,
    ADD hour_pixels  integer NOT NULL DEFAULT 0,
    ADD best_hour    integer NOT NULL DEFAULT 0,
    ADD hours        integer NOT NULL DEFAULT 0,
    ADD days         integer NOT NULL DEFAULT 0,
    ADD fresh        integer NOT NULL DEFAULT 0,
    ADD repaints     integer NOT NULL DEFAULT 0,
    ADD faction      smallint,
    ADD completed    bigint NOT NULL DEFAULT 0,
    ADD colors       bit(256) NOT NULL DEFAULT B'0'::bit(256);

COMMENT ON TABLE agent_tallies IS
    'Agents in the week of current_canvas, as user_profiles has it of users';

CREATE TABLE week_hours (
    from_seq  bigint PRIMARY KEY,
    hour      integer NOT NULL UNIQUE
);

COMMENT ON TABLE week_hours IS
    'Where in the log of the running week another hour began: behind from_seq.
By the clock of Redis; when that is set back, no hour that is over returns';
COMMENT ON COLUMN week_hours.hour IS 'Hours since 1970';

CREATE TABLE faction_tallies (
    faction  smallint PRIMARY KEY,
    pixels   bigint NOT NULL CHECK (pixels >= 0)
) WITH (fillfactor = 50);

COMMENT ON TABLE faction_tallies IS
    'What factions placed in the week of current_canvas';
COMMENT ON COLUMN faction_tallies.faction IS 'As pixel_events has it';

ALTER TABLE current_canvas
    ADD announced_game_mode_id uuid REFERENCES game_modes ON DELETE SET NULL;

COMMENT ON COLUMN current_canvas.announced_game_mode_id IS
    'Mode of the next week that everybody was told of; NULL: none yet';

CREATE INDEX idx_objective_progress_announced
    ON objective_progress (weekly_objective_id)
    WHERE announced_at IS NOT NULL;

ALTER TABLE week_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE faction_tallies ENABLE ROW LEVEL SECURITY;
ALTER TABLE objective_definitions ENABLE ROW LEVEL SECURITY;
ALTER TABLE weekly_objectives ENABLE ROW LEVEL SECURITY;
ALTER TABLE objective_progress ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_tallies ENABLE ROW LEVEL SECURITY;

INSERT INTO objective_definitions
    (slug, name, description, metric, target, reward, unless_rule,
     display_order)
VALUES
    ('first_steps', 'First Steps', 'Place 10 pixels',
     'pixels', 10, 5, NULL, 1),
    ('pixel_artist', 'Pixel Artist', 'Place 500 pixels',
     'pixels', 500, 25, NULL, 2),
    ('color_collector', 'Color Collector', 'Place 12 different colors',
     'colors', 12, 10, 'colorLock', 3),
    ('speed_demon', 'Speed Demon', 'Place 100 pixels within one hour',
     'hour_pixels', 100, 20, NULL, 4),
    ('marathon', 'Marathon', 'Place in 24 different hours',
     'hours', 24, 20, 'duration_hours', 5),
    ('regular', 'Regular', 'Place on 7 different days',
     'days', 7, 30, 'duration_hours', 6),
    ('pioneer', 'Pioneer', 'Paint 100 pixels of bare background',
     'fresh', 100, 10, NULL, 7),
    ('repainter', 'Repainter', 'Give 100 painted pixels another color',
     'repaints', 100, 10, NULL, 8),
    ('territory_king', 'Territory King',
     'Hold the largest connected area of the week',
     'largest_territory', 100, 50, NULL, 9),
    ('good_neighbor', 'Good Neighbor',
     'Place the most pixels beside those of others',
     'collaborations', 100, 20, NULL, 10),
    ('survivor', 'Survivor', 'Have the most pixels left at the end',
     'survived', 100, 20, NULL, 11);

-- the week that runs already
INSERT INTO weekly_objectives
    (objective_id, number, metric, target, scope, reward, at_week_end,
     week_number, year)
SELECT d.id, row_number() OVER (ORDER BY d.display_order) - 1, d.metric,
       d.target, d.scope, d.reward, d.at_week_end, c.week_number, c.year
  FROM objective_definitions d
  JOIN current_canvas c ON true
  JOIN game_modes m ON m.id = c.current_game_mode_id
 WHERE coalesce(m.rules -> d.unless_rule, 'null') IN ('null', 'false');

DROP FUNCTION IF EXISTS record_count_week(actor_pixels[], actor_pixels[]);
