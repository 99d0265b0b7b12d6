CREATE OR REPLACE FUNCTION job_vote(p_job jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_kind     CONSTANT text := p_job #>> '{args,kind}';
    v_choice   CONSTANT text := p_job #>> '{args,id}';
    v_answer   CONSTANT jsonb := jsonb_build_object(
        'code', 'OK', 'status', 200,
        'body', jsonb_build_object('kind', v_kind, 'id', v_choice));
    v_author   record;
    v_refusal  jsonb;
    v_mode     uuid;
    v_artwork  artworks;
BEGIN
    IF v_choice IS NULL OR v_kind IS NULL OR v_kind NOT IN ('mode', 'art') THEN
        RETURN job_refusal('INVALID_MESSAGE',
            'kind is mode or art, id is what the vote is for');
    END IF;

    v_author := job_author(p_job);
    v_refusal := coalesce(v_author.refusal,
                          job_voter(v_author.user_id, v_author.agent_id));

    IF v_refusal IS NOT NULL THEN
        RETURN v_refusal;
    END IF;

    IF v_kind = 'mode' THEN
        SELECT id INTO v_mode FROM fresh_modes WHERE slug = v_choice;
    ELSE
        SELECT * INTO v_artwork
          FROM artworks
         WHERE id::text = lower(v_choice) AND archive_id IS NULL;
    END IF;

    IF NOT FOUND THEN
        RETURN job_refusal('NOT_FOUND', 'That does not stand for election');
    END IF;

    IF (v_artwork.user_id = v_author.user_id
        OR v_artwork.agent_id = v_author.agent_id)
    THEN
        RETURN job_refusal('FORBIDDEN', 'Nobody votes for a work of their own');
    END IF;

    INSERT INTO votes AS v
        (kind, user_id, agent_id, game_mode_id, artwork_id)
    VALUES (v_kind, v_author.user_id, v_author.agent_id, v_mode,
            v_artwork.id)
        ON CONFLICT (kind, (coalesce(user_id, agent_id)))
           WHERE archive_id IS NULL
        DO UPDATE
       SET game_mode_id = excluded.game_mode_id,
           artwork_id = excluded.artwork_id,
           updated_at = now();

    RETURN v_answer;
END
$$;

COMMENT ON FUNCTION job_vote(jsonb) IS
    'POST /api/v1/votes {kind, id}: a vote for a mode (its slug) or a work (its
id), instead of an earlier one of the kind; the same again changes nothing';

REVOKE ALL ON FUNCTION job_vote(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION job_vote(jsonb) TO canvas_service;
