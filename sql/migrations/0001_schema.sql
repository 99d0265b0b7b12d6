-- The schema and the two roles that use it.  The roles are made here because
-- the functions grant to them; what they may do is in sql/roles.sql.  A role
-- that an operator made beforehand is left as it is.

CREATE SCHEMA IF NOT EXISTS canvas;

COMMENT ON SCHEMA canvas IS
    'A shared pixel canvas: its log, its weeks, its archives';

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'canvas_web') THEN
        CREATE ROLE canvas_web LOGIN;
        COMMENT ON ROLE canvas_web IS 'Reads what is public: nginx';
    END IF;

    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'canvas_service') THEN
        CREATE ROLE canvas_service LOGIN;
        COMMENT ON ROLE canvas_service IS 'Writes: canvas-helper';
    END IF;
END
$$;
