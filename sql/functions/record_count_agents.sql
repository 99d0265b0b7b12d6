CREATE OR REPLACE FUNCTION record_count_agents(p_agents actor_pixels[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_new  actor_pixels[];
    v_try  integer := 0;
BEGIN
    WITH counted AS (
        UPDATE agents a
           SET total_pixels = a.total_pixels + b.pixels
          FROM unnest(p_agents) b
         WHERE a.id = b.actor_id
        RETURNING a.id
    )
    SELECT array_agg(b) INTO v_new
      FROM unnest(p_agents) b
     WHERE b.actor_id NOT IN (SELECT id FROM counted);

    WHILE v_new IS NOT NULL LOOP
        INSERT INTO agents (id, name, is_active, total_pixels)
        SELECT b.actor_id, spare_name('agent-', 64, b.actor_id, v_try), false,
               b.pixels
          FROM unnest(v_new) b
            ON CONFLICT DO NOTHING;

        SELECT array_agg(b) INTO v_new
          FROM unnest(v_new) b
         WHERE NOT EXISTS (SELECT FROM agents a WHERE a.id = b.actor_id);

        v_try := v_try + 1;
    END LOOP;
END
$$;

COMMENT ON FUNCTION record_count_agents(actor_pixels[]) IS
    'Adds pixels to agents; one that nobody made gets an inactive row';

REVOKE ALL ON FUNCTION record_count_agents(actor_pixels[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_count_agents(actor_pixels[])
    TO canvas_service;
