CREATE OR REPLACE FUNCTION job_artwork(p_job jsonb)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    c_most     CONSTANT integer := 5;
    v_id       CONSTANT uuid := (p_job ->> 'id')::uuid;
    v_title    CONSTANT text := plain_text(p_job #> '{args,title}', 80);
    v_part     jsonb := p_job -> 'args';
    v_author   record;
    v_refusal  jsonb;
BEGIN
    IF NOT EXISTS (SELECT FROM artworks WHERE id = v_id) THEN
        IF v_title IS NULL
           OR NOT (v_part @? '$ ? (@.x.type() == "number"
                                   && @.y.type() == "number"
                                   && @.width.type() == "number"
                                   && @.height.type() == "number")')
        THEN
            RETURN job_refusal('INVALID_MESSAGE',
                'title is one line of 1 to 80 characters, and x, y, width and '
                'height are numbers');
        END IF;

        v_author := job_author(p_job);
        v_refusal := coalesce(v_author.refusal,
                              job_voter(v_author.user_id, v_author.agent_id));

        IF v_refusal IS NOT NULL THEN
            RETURN v_refusal;
        END IF;

        v_part := jsonb_build_object('x', v_part -> 'x', 'y', v_part -> 'y',
                                     'width', v_part -> 'width',
                                     'height', v_part -> 'height');

        IF NOT rectangle_fits(v_part)
           OR NOT EXISTS (SELECT FROM current_canvas c
                           WHERE (v_part -> 'x')::numeric
                                 + (v_part -> 'width')::numeric <= c.width
                             AND (v_part -> 'y')::numeric
                                 + (v_part -> 'height')::numeric <= c.height)
        THEN
            RETURN job_refusal('INVALID_COORDS',
                               'The rectangle is not on the canvas');
        END IF;

        IF (SELECT count(*)
              FROM artworks
             WHERE archive_id IS NULL
               AND coalesce(user_id, agent_id)
                   = coalesce(v_author.user_id, v_author.agent_id)) >= c_most
        THEN
            RETURN job_refusal('CONFLICT',
                               'Five works of art a week are enough');
        END IF;

        INSERT INTO artworks
            (id, user_id, agent_id, title, x, y, width, height, created_at)
        VALUES (v_id, v_author.user_id, v_author.agent_id, v_title,
                (v_part -> 'x')::integer, (v_part -> 'y')::integer,
                (v_part -> 'width')::integer, (v_part -> 'height')::integer,
                clock_timestamp());
    END IF;

    RETURN (SELECT jsonb_build_object('code', 'OK', 'status', 201,
                                      'body', standing_json(s))
              FROM artwork_standings s WHERE s.id = v_id);
END
$$;

COMMENT ON FUNCTION job_artwork(jsonb) IS
    'POST /api/v1/artworks {title, x, y, width, height}: enters a part of the
canvas for the vote; its id is that of the job';

REVOKE ALL ON FUNCTION job_artwork(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION job_artwork(jsonb) TO canvas_service;
