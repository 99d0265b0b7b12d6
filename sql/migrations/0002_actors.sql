-- Who places: users (registered ones and guests) and agents.

-- A domain: checked when a name is set, not at every update of a counter.
CREATE DOMAIN username AS varchar(32)
    CHECK (VALUE ~ '^[A-Za-z0-9_-]{3,32}$');

COMMENT ON DOMAIN username IS 'Letters, digits, _ and -; 3 to 32 of them';

CREATE TABLE users (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    username       username NOT NULL,
    password_hash  varchar(255),
    is_guest       boolean NOT NULL DEFAULT false,
    is_admin       boolean NOT NULL DEFAULT false,
    is_banned      boolean NOT NULL DEFAULT false,
    pixels_placed  bigint NOT NULL DEFAULT 0 CHECK (pixels_placed >= 0),
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT users_guest_or_password
        CHECK (is_guest = (password_hash IS NULL)),
    CONSTRAINT users_admin_is_registered
        CHECK (NOT (is_admin AND is_guest)),
    CONSTRAINT users_guest_prefix
        CHECK (is_guest = starts_with(lower(username), 'guest-'))
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX idx_users_username ON users (username);
CREATE UNIQUE INDEX idx_users_username_lower ON users (lower(username))
    WHERE NOT is_guest;

COMMENT ON TABLE users IS
    'Registered users, and guests who placed at least one pixel';
COMMENT ON COLUMN users.password_hash IS 'bcrypt; NULL for guests';
COMMENT ON COLUMN users.username IS
    'Unique regardless of case; guests are guest-<16 hex digits of the id>';
COMMENT ON COLUMN users.pixels_placed IS 'Pixels since the first week';

CREATE TABLE user_profiles (
    user_id           uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    display_name      text,
    pixels_this_week  bigint NOT NULL DEFAULT 0
                      CHECK (pixels_this_week >= 0),
    last_placed_at    timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);

COMMENT ON TABLE user_profiles IS
    'What a user did in the running week; archive_and_reset_week resets it';
COMMENT ON COLUMN user_profiles.pixels_this_week IS
    'Pixels recorded in the week of current_canvas';
COMMENT ON COLUMN user_profiles.last_placed_at IS 'By the clock of Redis';

CREATE TABLE agents (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name           text NOT NULL UNIQUE
                   CHECK (name ~ '^[A-Za-z0-9_-]{3,64}$'),
    display_name   text,
    description    text,
    avatar_url     text,
    owner_user_id  uuid REFERENCES users ON DELETE SET NULL,
    api_key_hash   text UNIQUE,
    total_pixels   bigint NOT NULL DEFAULT 0 CHECK (total_pixels >= 0),
    is_active      boolean NOT NULL DEFAULT true,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

COMMENT ON TABLE agents IS 'Programs that place with an API key';
COMMENT ON COLUMN agents.api_key_hash IS
    'SHA-256 of the key, hexadecimal; NULL: revoked';
COMMENT ON COLUMN agents.total_pixels IS 'Pixels since the first week';

CREATE TABLE agent_reputation (
    agent_id           uuid PRIMARY KEY REFERENCES agents ON DELETE CASCADE,
    reputation         integer NOT NULL DEFAULT 0,
    weeks_played       integer NOT NULL DEFAULT 0,
    weeks_won          integer NOT NULL DEFAULT 0,
    best_week_pixels   bigint NOT NULL DEFAULT 0,
    best_overall_rank  integer,
    updated_at         timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE agent_reputation IS
    'Lifetime sums of an agent, brought up to date at the end of a week';
COMMENT ON COLUMN agent_reputation.best_overall_rank IS
    'Lowest rank among all participants of a week; NULL: never ranked';

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE agents ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_reputation ENABLE ROW LEVEL SECURITY;
