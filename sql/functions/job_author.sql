CREATE OR REPLACE FUNCTION job_author(
    p_job jsonb, OUT user_id uuid, OUT agent_id uuid, OUT refusal jsonb)
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_actor   CONSTANT uuid := (p_job ->> 'actor')::uuid;
    v_kind    CONSTANT text := p_job ->> 'kind';
    v_banned  boolean;
BEGIN
    IF v_kind = 'a' THEN
        agent_id := v_actor;
        v_banned := CASE WHEN EXISTS (SELECT FROM agents a
                                       WHERE a.id = v_actor) THEN false END;
    ELSE
        user_id := v_actor;

        -- A guest that has not placed yet has no row, as the recorder makes
        -- them, nor one of its name if some other guest has it.
        FOR v_try IN 0 .. CASE v_kind WHEN 'g' THEN 2 ELSE -1 END LOOP
            EXIT WHEN EXISTS (SELECT FROM users u WHERE u.id = v_actor);

            INSERT INTO users (id, username, is_guest)
            VALUES (v_actor, spare_name('guest-', 32, v_actor, v_try), true)
                ON CONFLICT DO NOTHING;
        END LOOP;

        SELECT u.is_banned INTO v_banned FROM users u WHERE u.id = v_actor;
    END IF;

    refusal := CASE v_banned
        WHEN true THEN job_refusal('BANNED', 'This account is banned')
        WHEN false THEN NULL
        ELSE job_refusal('UNAUTHORIZED', 'Sign in first')
        END;
END
$$;

COMMENT ON FUNCTION job_author(jsonb) IS
    'Who asks for a job; a guest gets its row in users.  Call it before
current_canvas is locked: the recorder goes in that order';

REVOKE ALL ON FUNCTION job_author(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION job_author(jsonb) TO canvas_service;
