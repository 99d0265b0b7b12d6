CREATE OR REPLACE FUNCTION user_create_admin(
    p_username text, p_password_hash text)
    RETURNS uuid
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_id  uuid;
BEGIN
    IF p_password_hash IS NULL
       OR p_password_hash !~ '^\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}$'
    THEN
        RAISE EXCEPTION 'the password hash is no bcrypt'
            USING ERRCODE = '22023';
    END IF;

    INSERT INTO users (username, password_hash, is_admin)
    VALUES (p_username, p_password_hash, true)
    RETURNING id INTO v_id;

    INSERT INTO admin_actions (action_type, target_user_id)
    VALUES ('create_admin', v_id);

    RETURN v_id;
END
$$;

COMMENT ON FUNCTION user_create_admin(text, text) IS
    'Registers an administrator; SQLSTATE 23505 when the name is taken, 23514
when it is no name, 22023 when the hash is no bcrypt';

REVOKE ALL ON FUNCTION user_create_admin(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_create_admin(text, text) TO canvas_service;
