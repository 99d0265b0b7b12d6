-- A part after the other, planned with its values: each is read as it lies,
-- and only the actors of one hour are in memory at a time.
CREATE OR REPLACE FUNCTION week_place(p_actors uuid[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
    SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    v_bare  CONSTANT smallint := (SELECT background FROM current_canvas);
    v_part  record;
BEGIN
    PERFORM week_tables();
    DELETE FROM week_placed;

    FOR v_part IN SELECT * FROM week_hour_parts() ORDER BY part LOOP
        INSERT INTO week_placed
        SELECT coalesce(e.user_id, e.agent_id), e.agent_id IS NOT NULL,
               v_part.part, v_part.hour, count(*), max(e.created_at),
               count(*) FILTER (WHERE e.old_color = v_bare
                                  AND e.color <> v_bare),
               count(*) FILTER (WHERE e.old_color <> v_bare
                                  AND e.color <> e.old_color),
               max(e.seq << 8 | e.faction),
               bit_or(1::bigint << 63 - e.color) FILTER (WHERE e.color < 64),
               bit_or(1::bigint << 127 - e.color)
                   FILTER (WHERE e.color BETWEEN 64 AND 127),
               bit_or(1::bigint << 191 - e.color)
                   FILTER (WHERE e.color BETWEEN 128 AND 191),
               bit_or(1::bigint << 255 - e.color) FILTER (WHERE e.color > 191)
          FROM pixel_events e
         WHERE e.epoch = v_part.epoch
           AND e.seq > v_part.from_seq
           AND e.seq <= v_part.to_seq
           AND (p_actors IS NULL
                OR coalesce(e.user_id, e.agent_id) = ANY (p_actors))
           AND num_nonnulls(e.user_id, e.agent_id) = 1
         GROUP BY e.user_id, e.agent_id;
    END LOOP;
END
$$;

COMMENT ON FUNCTION week_place(uuid[]) IS
    'Fills the session''s temporary table week_placed with the running week, of
some actors or of everybody (NULL)';

REVOKE ALL ON FUNCTION week_place(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_place(uuid[]) TO canvas_service;
