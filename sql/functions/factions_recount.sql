CREATE OR REPLACE FUNCTION factions_recount()
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_fresh  CONSTANT bigint := coalesce(
        (SELECT max(e.epoch) FROM canvas_epochs e
          WHERE e.reason = 'reset'
            AND e.epoch < coalesce(next_week_epoch(), 9007199254740991)), 0);
    r        record;
BEGIN
    DELETE FROM faction_owners;
    DELETE FROM faction_tallies;

    -- most weeks have none
    IF NOT EXISTS (SELECT FROM week_placed w WHERE w.faction IS NOT NULL) THEN
        RETURN;
    END IF;

    FOR r IN SELECT * FROM week_ranges() ORDER BY epoch LOOP
        PERFORM record_count_factions(r.epoch, r.from_seq, r.to_seq);

        IF r.epoch < v_fresh THEN
            PERFORM factions_vacate();
        END IF;
    END LOOP;
END
$$;

COMMENT ON FUNCTION factions_recount() IS
    'Pixels and territory of the factions of the running week from the log, in
a transaction that has called week_place(NULL)';

REVOKE ALL ON FUNCTION factions_recount() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION factions_recount() TO canvas_service;
