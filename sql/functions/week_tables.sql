CREATE OR REPLACE FUNCTION week_tables()
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
    SET client_min_messages = warning
AS $$
BEGIN
    CREATE TEMPORARY TABLE IF NOT EXISTS week_totals (
        actor_id        uuid NOT NULL,
        kind            text NOT NULL,
        pixels          bigint NOT NULL,
        last_seq        bigint NOT NULL,
        last_at         timestamptz NOT NULL,
        overwritten     integer,
        largest         integer,
        final           integer,
        collaborations  integer,
        partners        integer,
        score           numeric,
        overall_rank    integer,
        kind_rank       integer,

        PRIMARY KEY (actor_id, kind)
    ) ON COMMIT DELETE ROWS;

    CREATE TEMPORARY TABLE IF NOT EXISTS week_factions (
        faction         smallint PRIMARY KEY,
        members         integer NOT NULL,
        pixels          bigint NOT NULL,
        last_seq        bigint NOT NULL,
        overwritten     bigint NOT NULL,
        largest         integer NOT NULL,
        final           integer NOT NULL,
        collaborations  bigint NOT NULL,
        partners        integer NOT NULL
    ) ON COMMIT DELETE ROWS;

    -- what the helper counted: actors, and factions without an actor
    CREATE TEMPORARY TABLE IF NOT EXISTS week_counted (
        actor_id        uuid,
        agent           boolean NOT NULL,
        faction         smallint,
        members         integer,
        pixels          bigint NOT NULL,
        last_seq        bigint NOT NULL,
        last_at         timestamptz NOT NULL,
        overwritten     integer NOT NULL,
        largest         integer NOT NULL,
        final           integer NOT NULL,
        collaborations  integer NOT NULL,
        partners        integer NOT NULL
    ) ON COMMIT DELETE ROWS;

    -- what actors placed in the parts of the running week; colors0 to colors3
    -- have 64 colours each, from the left
    CREATE TEMPORARY TABLE IF NOT EXISTS week_placed (
        actor_id        uuid NOT NULL,
        agent           boolean NOT NULL,
        part            integer NOT NULL,
        hour            integer NOT NULL,
        pixels          integer NOT NULL,
        last_at         timestamptz NOT NULL,
        fresh           integer NOT NULL,
        repaints        integer NOT NULL,
        faction         bigint,         -- the last one, below its seq
        colors0         bigint,
        colors1         bigint,
        colors2         bigint,
        colors3         bigint
    ) ON COMMIT DELETE ROWS;

    -- how far actors were behind parts, and before: the last part of each, and
    -- those in which something was completed
    CREATE TEMPORARY TABLE IF NOT EXISTS week_passed (
        actor_id        uuid NOT NULL,
        agent           boolean NOT NULL,
        part            integer NOT NULL,
        is_last         boolean NOT NULL,
        last_at         timestamptz NOT NULL,
        faction         smallint,
        tally           objective_tally NOT NULL,
        before          objective_tally NOT NULL,
        reached         bigint[] NOT NULL,      -- by weekly_objectives.slot
        reached_before  bigint[] NOT NULL
    ) ON COMMIT DELETE ROWS;

    -- at most one row: which week that was, and what else it comes to
    CREATE TEMPORARY TABLE IF NOT EXISTS week_staged (
        rotation_id     bigint NOT NULL,
        digest          text NOT NULL,
        extras          jsonb NOT NULL
    ) ON COMMIT DELETE ROWS;
END
$$;

COMMENT ON FUNCTION week_tables() IS
    'Makes the temporary tables in which a week is counted.  week_totals has a
row an actor (kind u user, g guest, a agent), week_factions one a faction;
they are empty at the end of each transaction';

REVOKE ALL ON FUNCTION week_tables() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_tables() TO canvas_service;
