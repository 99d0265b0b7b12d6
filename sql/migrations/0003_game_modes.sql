-- Game modes are data: rules that the Function library understands.

CREATE TABLE game_modes (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    slug           text NOT NULL CHECK (slug ~ '^[a-z0-9_-]{1,64}$'),
    name           text NOT NULL,
    description    text NOT NULL,
    rules          jsonb NOT NULL DEFAULT '{}'
                   CHECK (jsonb_typeof(rules) = 'object'),
    scoring_rules  jsonb NOT NULL DEFAULT '{}'
                   CHECK (jsonb_typeof(scoring_rules) = 'object'),
    icon           text,
    icon_url       text,
    difficulty     text NOT NULL DEFAULT 'medium'
                   CHECK (difficulty IN ('easy', 'medium', 'hard', 'chaos')),
    weight         double precision NOT NULL DEFAULT 1
                   CHECK (weight >= 0 AND weight <= 1000000),
    is_active      boolean NOT NULL DEFAULT true,
    display_order  integer NOT NULL DEFAULT 0,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX idx_game_modes_slug ON game_modes (slug);
CREATE INDEX idx_game_modes_active ON game_modes (display_order)
    WHERE is_active;

COMMENT ON TABLE game_modes IS 'What a week can be played by';
COMMENT ON COLUMN game_modes.slug IS 'The id that clients see';
COMMENT ON COLUMN game_modes.icon IS 'One emoji';
COMMENT ON COLUMN game_modes.weight IS
    'Chance in the random choice, relative to the others; 0: never';
COMMENT ON COLUMN game_modes.is_active IS 'May be chosen for a week';

ALTER TABLE game_modes ENABLE ROW LEVEL SECURITY;

INSERT INTO game_modes
    (slug, name, description, icon, difficulty, weight, display_order,
     rules, scoring_rules)
VALUES
    ('classic', 'Classic Mode', 'Standard X-Place with no restrictions',
     '🎨', 'easy', 3, 1,
     '{"type": "classic", "restrictions": []}',
     '{"pixel_points": 1}'),

    ('territory-wars', 'Territory Wars', 'Largest connected areas win',
     '🏰', 'medium', 2, 2,
     '{"type": "territory", "cooldown_ms": 30000,
       "faction_required": false, "territory_scoring": true,
       "voting_enabled": false, "max_pixels_per_user": null,
       "duration_hours": null}',
     '{"pixel_points": 1, "territory_multiplier": 5,
       "collaboration_bonus": 1.5}'),

    ('color-factions', 'Color Factions',
     'Team collaboration, faction-based scoring',
     '🚩', 'medium', 2, 3,
     '{"type": "factions", "faction_required": true,
       "territory_scoring": true, "voting_enabled": false,
       "max_pixels_per_user": null, "duration_hours": null}',
     '{"pixel_points": 1, "territory_multiplier": 2,
       "collaboration_bonus": 2}'),

    ('pixel-art-challenge', 'Pixel Art Challenge',
     'Community voting, artistic merit',
     '🖼️', 'easy', 2, 4,
     '{"type": "art", "faction_required": false,
       "territory_scoring": false, "voting_enabled": true,
       "max_pixels_per_user": null, "duration_hours": null}',
     '{"pixel_points": 1, "vote_points": 10}'),

    ('speed-run', 'Speed Run', 'Fast cooldown, 48-hour blitz',
     '⚡', 'hard', 1, 5,
     '{"type": "speed", "cooldown_ms": 1000, "faction_required": false,
       "territory_scoring": false, "voting_enabled": false,
       "max_pixels_per_user": null, "duration_hours": 48}',
     '{"pixel_points": 1}'),

    ('color_wars', 'Color Wars', 'Each player assigned a random color',
     '🌈', 'medium', 2, 6,
     '{"type": "color_wars", "colorLock": true,
       "assignRandomColor": true}',
     '{"pixel_points": 1, "territory_multiplier": 2}'),

    ('pixel_decay', 'Pixel Decay',
     'Pixels fade to white after 24 hours unless reinforced',
     '⏳', 'hard', 1, 7,
     '{"type": "pixel_decay", "decayHours": 24, "decayToColor": 15}',
     '{"pixel_points": 1}'),

    ('chaos_mode', 'Chaos Canvas', 'Random rules change daily',
     '🎲', 'chaos', 1, 8,
     '{"type": "chaos", "randomDaily": true, "combineMechanics": true}',
     '{"pixel_points": 1}');
