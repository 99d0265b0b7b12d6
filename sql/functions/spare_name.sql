CREATE OR REPLACE FUNCTION spare_name(
    p_prefix text, p_length integer, p_id uuid, p_try integer DEFAULT 0)
    RETURNS text
    LANGUAGE sql VOLATILE
AS $$
    SELECT p_prefix || CASE p_try
        WHEN 0 THEN left(replace(p_id::text, '-', ''), 16)
        WHEN 1 THEN right(replace(p_id::text, '-', ''),
                          p_length - length(p_prefix))
        ELSE left(replace(gen_random_uuid()::text, '-', ''),
                  p_length - length(p_prefix))
        END
$$;

COMMENT ON FUNCTION spare_name(text, integer, uuid, integer) IS
    'The name of an actor that nobody named, of at most that length: 16 hex
digits of its id; as many as fit when these are taken (p_try 1), then any';

REVOKE ALL ON FUNCTION spare_name(text, integer, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION spare_name(text, integer, uuid, integer)
    TO canvas_web, canvas_service;
