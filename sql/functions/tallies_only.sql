CREATE OR REPLACE FUNCTION tallies_only(p_actors actor_pixels[])
    RETURNS actor_pixels[]
    LANGUAGE sql IMMUTABLE
AS $$
    SELECT array_agg((a.actor_id, 0, a.last_at, a.tally)::actor_pixels)
      FROM unnest(p_actors) a
$$;

COMMENT ON FUNCTION tallies_only(actor_pixels[]) IS
    'The same without the pixels, which are counted already';

REVOKE ALL ON FUNCTION tallies_only(actor_pixels[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tallies_only(actor_pixels[]) TO canvas_service;
