-- Through the index, a pixel after the other: a week is long, what is lost is
-- little.
CREATE OR REPLACE FUNCTION factions_lost(p_lost_to_epoch bigint)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_before   CONSTANT bigint :=
        coalesce(next_week_epoch(), 9007199254740991);
    v_fresh    bigint;
    v_x        integer[];
    v_y        integer[];
    v_faction  smallint[];
BEGIN
    UPDATE faction_tallies t
       SET pixels = t.pixels - l.pixels
      FROM (SELECT faction, count(*) AS pixels
              FROM pixel_events_lost
             WHERE lost_to_epoch = p_lost_to_epoch AND epoch < v_before
             GROUP BY faction) AS l
     WHERE t.faction = l.faction;

    -- Before the last reset nothing is owned.
    SELECT coalesce(max(e.epoch), 0) INTO v_fresh
      FROM canvas_epochs e
     WHERE e.reason = 'reset' AND e.epoch < v_before;

    WITH lost AS (
        SELECT DISTINCT x, y
          FROM pixel_events_lost
         WHERE lost_to_epoch = p_lost_to_epoch AND epoch < v_before
    )
    SELECT array_agg(l.x), array_agg(l.y), array_agg(n.faction)
      INTO v_x, v_y, v_faction
      FROM lost l
      LEFT JOIN LATERAL (
           SELECT e.faction
             FROM current_canvas c, pixel_events e
            WHERE e.x = l.x AND e.y = l.y
              AND (e.epoch, e.seq) > (c.start_epoch, c.start_seq)
              AND e.epoch >= v_fresh AND e.epoch < v_before
            ORDER BY e.epoch DESC, e.seq DESC
            LIMIT 1) AS n ON true;

    PERFORM factions_own(v_x, v_y, v_faction);
END
$$;

COMMENT ON FUNCTION factions_lost(bigint) IS
    'Takes the entries lost to an epoch off the factions: their pixels, and
what they owned is again whose it was before';

REVOKE ALL ON FUNCTION factions_lost(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION factions_lost(bigint) TO canvas_service;
