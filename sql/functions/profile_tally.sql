CREATE OR REPLACE FUNCTION profile_tally(p_row user_profiles)
    RETURNS objective_tally
    LANGUAGE sql IMMUTABLE
AS $$
    SELECT ROW((p_row).pixels_this_week, (p_row).hour, (p_row).hour_pixels,
               (p_row).best_hour, (p_row).hours, (p_row).days,
               (p_row).fresh, (p_row).repaints,
               (p_row).colors)::objective_tally
$$;

COMMENT ON FUNCTION profile_tally(user_profiles) IS
    'The user week as objectives see it';

REVOKE ALL ON FUNCTION profile_tally(user_profiles) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION profile_tally(user_profiles)
    TO canvas_web, canvas_service;
