CREATE OR REPLACE FUNCTION api_factions()
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT json_build_object('factions', coalesce(
                   json_agg(json_build_object('id', s.id,
                                              'members', s.members,
                                              'pixels', s.pixels,
                                              'territory', s.territory)
                            ORDER BY s.number), '[]'))
          FROM v_faction_standings s);
END
$$;

COMMENT ON FUNCTION api_factions() IS
    'GET /api/v1/factions: the factions of the running week, as far as counted';

REVOKE ALL ON FUNCTION api_factions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_factions() TO canvas_web, canvas_service;
