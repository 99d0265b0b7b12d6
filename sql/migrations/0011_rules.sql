-- What a week is played by, exactly: the rules of its mode, compiled, with
-- what chaos draws for the day; who belongs to which faction; what fades.

ALTER TABLE pixel_events ADD COLUMN faction smallint;
ALTER TABLE pixel_events_lost ADD COLUMN faction smallint;

-- A change that nobody placed has no actor.
ALTER TABLE pixel_events
    DROP CONSTRAINT pixel_events_one_actor,
    ADD CONSTRAINT pixel_events_one_actor
        CHECK (num_nonnulls(user_id, agent_id) <= 1),
    ADD CONSTRAINT pixel_events_faction CHECK (faction BETWEEN 1 AND 255);

COMMENT ON COLUMN pixel_events.faction IS
    'Place in the list of factions of the week, from 1; NULL: none';
COMMENT ON COLUMN pixel_events.user_id IS
    'Registered user or guest; NULL when agent_id is set, and where a pixel
faded';

ALTER TABLE current_canvas
    ADD COLUMN rules jsonb CHECK (jsonb_typeof(rules) = 'object'),
    ADD COLUMN factions text[],
    ADD COLUMN actors_epoch bigint NOT NULL DEFAULT 0,
    ADD COLUMN actors_seq bigint NOT NULL DEFAULT 0;

UPDATE current_canvas SET actors_epoch = start_epoch, actors_seq = start_seq;

COMMENT ON COLUMN current_canvas.rules IS
    'Compiled rules in force; NULL: not known yet';
COMMENT ON COLUMN current_canvas.factions IS
    'pixel_events.faction 1, 2, 3 ... of this week; NULL: it had none so far';
COMMENT ON COLUMN current_canvas.actors_seq IS
    'The rules that count begin behind (actors_epoch, actors_seq)';

ALTER TABLE rotations
    ADD COLUMN rules jsonb CHECK (jsonb_typeof(rules) = 'object');

COMMENT ON COLUMN rotations.rules IS
    'Compiled rules that the page is turned to';

ALTER TABLE canvas_archives
    ADD COLUMN rules jsonb CHECK (jsonb_typeof(rules) = 'object');

COMMENT ON COLUMN canvas_archives.rules IS
    'Compiled rules at the end of the week; "factions" is that of all its
days.  NULL: not known';

-- What the day of a week with "randomDaily" may bring.
CREATE TABLE chaos_mechanics (
    name         text PRIMARY KEY CHECK (name ~ '^[a-z0-9_-]{1,32}$'),
    rules        jsonb NOT NULL
                 CHECK (jsonb_typeof(rules) = 'object' AND rules <> '{}'
                        AND NOT rules ?| ARRAY['randomDaily', 'factions',
                                               'combineMechanics', 'type',
                                               'duration_hours']),
    weight       double precision NOT NULL DEFAULT 1
                 CHECK (weight >= 0 AND weight <= 1000000),
    description  text NOT NULL
);

COMMENT ON TABLE chaos_mechanics IS
    'Rules that a day of chaos draws from';
COMMENT ON COLUMN chaos_mechanics.rules IS
    'Rules of game_modes; factions are the usual ones, so that an index means
one faction all week';
COMMENT ON COLUMN chaos_mechanics.weight IS
    'Chance in the draw, relative to the others; 0: never';

CREATE FUNCTION chaos_mechanic_checked() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_problem  CONSTANT text := rules_problem(NEW.rules, 'rules');
BEGIN
    IF v_problem IS NOT NULL THEN
        RAISE EXCEPTION 'mechanic "%": %', NEW.name, v_problem
            USING ERRCODE = 'check_violation', TABLE = 'chaos_mechanics';
    END IF;

    RETURN NEW;
END
$$;

COMMENT ON FUNCTION chaos_mechanic_checked() IS
    'Refuses a mechanic with an unknown or malformed rule, and says which';

ALTER TABLE rule_definitions
    DROP CONSTRAINT rule_definitions_kind_check,
    ADD CONSTRAINT rule_definitions_kind_check
        CHECK (kind IN ('boolean', 'integer', 'number', 'text', 'names',
                        'rectangles', 'percents'));

INSERT INTO rule_definitions (name, of, kind, description)
VALUES ('maskPercent', 'rules', 'percents',
        'the same as mask, in percent of width and height: it fits any canvas');

COMMENT ON COLUMN rule_definitions.kind IS
    'names: array of short names; rectangles: array of {x, y, width, height};
percents: the same within 100 by 100';

INSERT INTO chaos_mechanics (name, weight, rules, description)
VALUES
    ('color_lock', 2, '{"colorLock": true, "assignRandomColor": true}',
     'everybody paints with one colour, drawn for the day'),
    ('first_color', 1, '{"colorLock": true}',
     'everybody keeps to the colour of the first pixel of the day'),
    ('rush', 2, '{"cooldown_ms": 1000}', 'a pixel every second'),
    ('patience', 1, '{"cooldown_ms": 60000}', 'a pixel every minute'),
    ('fading', 1, '{"decayHours": 12}',
     'what is not painted again within twelve hours fades'),
    ('factions', 2, '{"faction_required": true, "territory_scoring": true}',
     'members of a faction alone may paint'),
    ('island', 1,
     '{"maskPercent": [{"x": 25, "y": 25, "width": 50, "height": 50}]}',
     'the middle of the canvas alone is open'),
    ('frontier', 1,
     '{"maskPercent": [{"x": 0, "y": 0, "width": 100, "height": 20},
                       {"x": 0, "y": 80, "width": 100, "height": 20},
                       {"x": 0, "y": 20, "width": 20, "height": 60},
                       {"x": 80, "y": 20, "width": 20, "height": 60}]}',
     'the edge of the canvas alone is open'),
    ('ration', 1, '{"max_pixels_per_user": 100}',
     'a hundred pixels for everybody');

-- The functions are applied after the migrations: what is inserted above is
-- checked by tests/sql/rules.sql.
CREATE TRIGGER chaos_mechanics_checked
    BEFORE INSERT OR UPDATE ON chaos_mechanics
    FOR EACH ROW EXECUTE FUNCTION chaos_mechanic_checked();

REVOKE ALL ON FUNCTION chaos_mechanic_checked() FROM PUBLIC;

CREATE TABLE decay_progress (
    id     boolean PRIMARY KEY DEFAULT true CHECK (id),
    epoch  bigint NOT NULL DEFAULT 0,
    seq    bigint NOT NULL DEFAULT 0,
    since  timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);

COMMENT ON TABLE decay_progress IS
    'Position up to which no pixel of the log is left to fade';
COMMENT ON COLUMN decay_progress.since IS
    'When the rule came into force: what is older has from then on its time';

INSERT INTO decay_progress DEFAULT VALUES;

ALTER TABLE chaos_mechanics ENABLE ROW LEVEL SECURITY;
ALTER TABLE decay_progress ENABLE ROW LEVEL SECURITY;

-- They answer more than before.
DROP FUNCTION IF EXISTS fold_counts(bigint, bigint, bigint);
DROP FUNCTION IF EXISTS restore_point();
