CREATE OR REPLACE FUNCTION api_comments(p_before bigint, p_limit integer)
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_limit  CONSTANT integer := coalesce(p_limit, 50);
    v_page   comments[];
BEGIN
    IF v_limit NOT BETWEEN 1 AND 200 THEN
        RAISE EXCEPTION 'limit is 1 to 200' USING ERRCODE = '22023';
    END IF;

    SELECT array_agg(c ORDER BY c.seq DESC) INTO v_page
      FROM (SELECT *
              FROM comments
             WHERE is_current_week
               AND seq < coalesce(p_before, 9223372036854775807)
             ORDER BY seq DESC
             LIMIT v_limit + 1) AS c;

    RETURN json_build_object(
        'comments', coalesce((SELECT json_agg(comment_json(c)
                                              ORDER BY c.seq DESC)
                                FROM unnest(v_page[:v_limit]) AS c), '[]'),
        'next', CASE WHEN cardinality(v_page) > v_limit
                     THEN v_page[v_limit].seq END);
END
$$;

COMMENT ON FUNCTION api_comments(bigint, integer) IS
    'GET /api/v1/comments: those on the running week, newest first; before a
seq, 1 to 200 (default 50)';

REVOKE ALL ON FUNCTION api_comments(bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_comments(bigint, integer)
    TO canvas_web, canvas_service;
