-- What the tests of jobs share: a job as nginx and the keeper hand it on.

CREATE FUNCTION public.job(
    p_id text, p_actor text, p_args jsonb, p_kind text DEFAULT 'g')
    RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    RETURN jsonb_build_object('id', md5(p_id)::uuid, 'actor', actor(p_actor),
                              'kind', p_kind, 'username', p_actor,
                              'isAdmin', false, 'args', p_args);
END
$$;

COMMENT ON FUNCTION public.job(text, text, jsonb, text) IS
    'A job with a name instead of an id, of an actor with a name';
