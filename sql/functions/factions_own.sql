CREATE OR REPLACE FUNCTION factions_own(
    p_x integer[], p_y integer[], p_faction smallint[])
    RETURNS void
    LANGUAGE sql
    SET search_path = canvas, public, pg_temp
AS $$
    WITH latest AS (
        SELECT l.x, l.y, l.faction, o.faction AS old
          FROM unnest(p_x, p_y, p_faction) AS l (x, y, faction)
          LEFT JOIN faction_owners o ON o.x = l.x AND o.y = l.y
         WHERE o.faction IS DISTINCT FROM l.faction
    ), gone AS (
        DELETE FROM faction_owners o
         USING latest l
         WHERE o.x = l.x AND o.y = l.y AND l.faction IS NULL
    ), taken AS (
        INSERT INTO faction_owners
        SELECT x, y, faction FROM latest WHERE faction IS NOT NULL
            ON CONFLICT (x, y) DO UPDATE SET faction = excluded.faction
    )
    UPDATE faction_tallies t
       SET territory = t.territory + c.pixels
      FROM (SELECT faction, sum(pixels)::bigint AS pixels
              FROM (SELECT faction, 1 AS pixels FROM latest
                     UNION ALL
                    SELECT old, -1 FROM latest) AS moved
             GROUP BY faction) AS c
     WHERE t.faction = c.faction
$$;

COMMENT ON FUNCTION factions_own(integer[], integer[], smallint[]) IS
    'Gives pixels, each named once, to the faction beside it; NULL: to none';

REVOKE ALL ON FUNCTION factions_own(integer[], integer[], smallint[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION factions_own(integer[], integer[], smallint[])
    TO canvas_service;
