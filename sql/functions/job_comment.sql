CREATE OR REPLACE FUNCTION job_comment(p_job jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    c_pause    CONSTANT interval := interval '10 seconds';
    v_id       CONSTANT uuid := (p_job ->> 'id')::uuid;
    v_content  CONSTANT text := plain_text(p_job #> '{args,content}', 500);
    v_author   record;
    v_wait     numeric;
    v_comment  comments;
BEGIN
    SELECT * INTO v_comment FROM comments WHERE id = v_id;

    IF NOT FOUND THEN
        IF v_content IS NULL THEN
            RETURN job_refusal('INVALID_MESSAGE',
                'content is one line of 1 to 500 characters');
        END IF;

        v_author := job_author(p_job);

        IF v_author.refusal IS NOT NULL THEN
            RETURN v_author.refusal;
        END IF;

        SELECT extract(epoch FROM max(created_at) + c_pause
                                  - clock_timestamp()) INTO v_wait
          FROM comments
         WHERE coalesce(user_id, agent_id)
               = coalesce(v_author.user_id, v_author.agent_id);

        IF v_wait > 0 THEN
            RETURN job_refusal('RATE_LIMITED',
                               'A comment every 10 seconds is enough')
                   || jsonb_build_object('cooldownRemaining',
                                         round(v_wait, 3));
        END IF;

        INSERT INTO comments (id, user_id, agent_id, content, created_at)
        VALUES (v_id, v_author.user_id, v_author.agent_id, v_content,
                clock_timestamp())
        RETURNING * INTO v_comment;
    END IF;

    RETURN jsonb_build_object('code', 'OK', 'status', 201,
                              'body', comment_json(v_comment));
END
$$;

COMMENT ON FUNCTION job_comment(jsonb) IS
    'POST /api/v1/comments {content}: a comment on the running week, whose id
is that of the job';

REVOKE ALL ON FUNCTION job_comment(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION job_comment(jsonb) TO canvas_service;
