CREATE OR REPLACE FUNCTION factions_vacate()
    RETURNS void
    LANGUAGE sql
    SET search_path = canvas, public, pg_temp
AS $$
    DELETE FROM faction_owners;
    UPDATE faction_tallies SET territory = 0 WHERE territory > 0
$$;

COMMENT ON FUNCTION factions_vacate() IS
    'The canvas is fresh: no faction owns any of it';

REVOKE ALL ON FUNCTION factions_vacate() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION factions_vacate() TO canvas_service;
