CREATE OR REPLACE FUNCTION record_count_factions(
    p_epoch bigint, p_from bigint, p_to bigint)
    RETURNS void
    LANGUAGE sql
    SET search_path = canvas, public, pg_temp
AS $$
    INSERT INTO faction_tallies AS t (faction, pixels)
    SELECT e.faction, count(*)
      FROM pixel_events e
     WHERE e.epoch = p_epoch
       AND e.seq > p_from
       AND e.seq <= p_to
       AND e.faction IS NOT NULL
     GROUP BY e.faction
        ON CONFLICT (faction) DO UPDATE
       SET pixels = t.pixels + excluded.pixels;

    -- the last faction of a pixel, below its seq: no need to sort them all
    SELECT factions_own(array_agg(l.x), array_agg(l.y),
                        array_agg(nullif(l.last & 255, 0)::smallint))
      FROM (SELECT e.x, e.y,
                   max(e.seq << 8 | coalesce(e.faction, 0)) AS last
              FROM pixel_events e
             WHERE e.epoch = p_epoch
               AND e.seq > p_from
               AND e.seq <= p_to
             GROUP BY e.x, e.y) AS l
$$;

COMMENT ON FUNCTION record_count_factions(bigint, bigint, bigint) IS
    'Adds a stretch of the log to what factions placed and own in the week';

REVOKE ALL ON FUNCTION record_count_factions(bigint, bigint, bigint)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_count_factions(bigint, bigint, bigint)
    TO canvas_service;
