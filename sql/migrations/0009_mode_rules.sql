-- Which rules a game mode may have.  A mode is checked when it is saved, so
-- that the Function library and the helper never meet a rule they do not know.

CREATE TABLE rule_definitions (
    name         text PRIMARY KEY,
    of           text NOT NULL CHECK (of IN ('rules', 'scoring_rules')),
    kind         text NOT NULL
                 CHECK (kind IN ('boolean', 'integer', 'number', 'text',
                                 'names', 'rectangles')),
    minimum      numeric,
    maximum      numeric,
    nullable     boolean NOT NULL DEFAULT false,
    needs        text REFERENCES rule_definitions,
    description  text NOT NULL,

    CHECK (kind IN ('integer', 'number')
           OR num_nonnulls(minimum, maximum) = 0)
);

COMMENT ON TABLE rule_definitions IS
    'The rules that exist; what a mode sets is in game_modes';
COMMENT ON COLUMN rule_definitions.of IS 'Column of game_modes';
COMMENT ON COLUMN rule_definitions.kind IS
    'names: array of short names; rectangles: array of {x, y, width, height}';
COMMENT ON COLUMN rule_definitions.nullable IS
    'null stands for: not limited';
COMMENT ON COLUMN rule_definitions.needs IS
    'Has no meaning unless that rule is set, and not false or null';

ALTER TABLE rule_definitions ENABLE ROW LEVEL SECURITY;

INSERT INTO rule_definitions
    (name, of, kind, minimum, maximum, nullable, needs, description)
VALUES
    ('type', 'rules', 'text', NULL, NULL, false, NULL,
     'what kind of game it is, for clients'),
    ('restrictions', 'rules', 'names', NULL, NULL, false, NULL,
     'what is not allowed, for clients'),
    ('cooldown_ms', 'rules', 'integer', 0, 2592000000, true, NULL,
     'milliseconds between two pixels of one actor; null: the canvas''s own'),
    ('max_pixels_per_user', 'rules', 'integer', 1, 9007199254740991, true,
     NULL, 'pixels an actor may place in the week'),
    ('duration_hours', 'rules', 'number', 0.01, 168, true, NULL,
     'placing ends so many hours after the week began'),
    ('faction_required', 'rules', 'boolean', NULL, NULL, false, NULL,
     'only members of a faction may place'),
    ('factions', 'rules', 'names', NULL, NULL, false, 'faction_required',
     'the factions of the week, instead of the usual ones'),
    ('territory_scoring', 'rules', 'boolean', NULL, NULL, false, NULL,
     'connected areas count'),
    ('voting_enabled', 'rules', 'boolean', NULL, NULL, false, NULL,
     'visitors vote for the art of the week'),
    ('colorLock', 'rules', 'boolean', NULL, NULL, false, NULL,
     'an actor keeps to the colour of its first pixel in the week'),
    ('assignRandomColor', 'rules', 'boolean', NULL, NULL, false, 'colorLock',
     'that colour is drawn, not chosen'),
    ('decayHours', 'rules', 'number', 0.001, 168, true, NULL,
     'a pixel fades so many hours after it was placed'),
    ('decayToColor', 'rules', 'integer', 0, 255, false, 'decayHours',
     'the colour it fades to; without it the background'),
    ('randomDaily', 'rules', 'boolean', NULL, NULL, false, NULL,
     'another mechanic is drawn every day'),
    ('combineMechanics', 'rules', 'boolean', NULL, NULL, false, 'randomDaily',
     'two mechanics a day instead of one'),
    ('mask', 'rules', 'rectangles', NULL, NULL, false, NULL,
     'the parts of the canvas where pixels may be placed'),
    ('pixel_points', 'scoring_rules', 'number', 0, 1000000, false, NULL,
     'points for a pixel'),
    ('territory_multiplier', 'scoring_rules', 'number', 0, 1000000, false,
     NULL, 'points for a pixel of the largest territory'),
    ('collaboration_bonus', 'scoring_rules', 'number', 0, 1000000, false,
     NULL, 'points for a pixel beside somebody else''s'),
    ('vote_points', 'scoring_rules', 'number', 0, 1000000, false, NULL,
     'points for a vote');

-- The functions are applied after the migrations: called by name when needed.
CREATE FUNCTION game_mode_checked() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_problem  CONSTANT text
        := coalesce(rules_problem(NEW.rules, 'rules'),
                    rules_problem(NEW.scoring_rules, 'scoring_rules'));
BEGIN
    IF v_problem IS NOT NULL THEN
        RAISE EXCEPTION 'mode "%": %', NEW.slug, v_problem
            USING ERRCODE = 'check_violation', TABLE = 'game_modes';
    END IF;

    NEW.updated_at := now();

    RETURN NEW;
END
$$;

COMMENT ON FUNCTION game_mode_checked() IS
    'Refuses a mode with an unknown or malformed rule, and says which';

CREATE TRIGGER game_modes_checked
    BEFORE INSERT OR UPDATE OF slug, rules, scoring_rules ON game_modes
    FOR EACH ROW EXECUTE FUNCTION game_mode_checked();

REVOKE ALL ON FUNCTION game_mode_checked() FROM PUBLIC;
