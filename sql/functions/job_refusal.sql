CREATE OR REPLACE FUNCTION job_refusal(p_code text, p_message text)
    RETURNS jsonb
    LANGUAGE sql IMMUTABLE
AS $$
    SELECT jsonb_build_object('code', p_code, 'message', p_message)
$$;

COMMENT ON FUNCTION job_refusal(text, text) IS
    'Answer of a job that is refused: a code of the error table, a sentence';

REVOKE ALL ON FUNCTION job_refusal(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION job_refusal(text, text) TO canvas_service;
