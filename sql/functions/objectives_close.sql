CREATE OR REPLACE FUNCTION objectives_close(p_archive canvas_archives)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    c_kept     CONSTANT integer := 100;
    v_goal     weekly_objectives;
    v_winners  jsonb := '{}';
BEGIN
    FOR v_goal IN
        SELECT * FROM weekly_objectives WHERE archive_id IS NULL
         ORDER BY number
    LOOP
        PERFORM objective_close(v_goal, p_archive, c_kept);
        v_winners := v_winners || objective_winner(v_goal);
    END LOOP;

    PERFORM objectives_reward(p_archive);

    UPDATE weekly_objectives SET archive_id = p_archive.id
     WHERE archive_id IS NULL;

    RETURN v_winners;
END
$$;

COMMENT ON FUNCTION objectives_close(canvas_archives) IS
    'Closes the objectives of the running week: final values, those that the end
decides, rewards.  Returns objectives_completed of the archive''s statistics';

REVOKE ALL ON FUNCTION objectives_close(canvas_archives) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objectives_close(canvas_archives)
    TO canvas_service;
