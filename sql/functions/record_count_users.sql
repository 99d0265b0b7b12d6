CREATE OR REPLACE FUNCTION record_count_users(p_users actor_pixels[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_new  actor_pixels[];
    v_try  integer := 0;
BEGIN
    WITH counted AS (
        UPDATE users u
           SET pixels_placed = u.pixels_placed + b.pixels
          FROM unnest(p_users) b
         WHERE u.id = b.actor_id
        RETURNING u.id
    )
    SELECT array_agg(b) INTO v_new
      FROM unnest(p_users) b
     WHERE b.actor_id NOT IN (SELECT id FROM counted);

    -- Who is not registered is a guest that places for the first time.  Some
    -- guest may have the name already: then a longer one is taken.
    WHILE v_new IS NOT NULL LOOP
        INSERT INTO users (id, username, is_guest, pixels_placed)
        SELECT b.actor_id, spare_name('guest-', 32, b.actor_id, v_try), true,
               b.pixels
          FROM unnest(v_new) b
            ON CONFLICT DO NOTHING;

        SELECT array_agg(b) INTO v_new
          FROM unnest(v_new) b
         WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = b.actor_id);

        v_try := v_try + 1;
    END LOOP;
END
$$;

COMMENT ON FUNCTION record_count_users(actor_pixels[]) IS
    'Adds pixels to users; guests get their row';

REVOKE ALL ON FUNCTION record_count_users(actor_pixels[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_count_users(actor_pixels[])
    TO canvas_service;
