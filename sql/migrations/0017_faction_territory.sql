-- Whose pixels the canvas shows, in a week of factions: the territory of each
-- is known while the week runs, not only when it is closed.

CREATE TABLE faction_owners (
    x        integer NOT NULL,
    y        integer NOT NULL,
    faction  smallint NOT NULL,

    PRIMARY KEY (x, y)
) WITH (fillfactor = 70);

COMMENT ON TABLE faction_owners IS
    'The faction that placed last on a pixel of the running week, as far as
counted; no row: nobody''s, or somebody''s without a faction';

ALTER TABLE faction_tallies
    ADD COLUMN territory bigint NOT NULL DEFAULT 0 CHECK (territory >= 0);

COMMENT ON COLUMN faction_tallies.territory IS 'Rows in faction_owners';

ALTER TABLE faction_owners ENABLE ROW LEVEL SECURITY;
