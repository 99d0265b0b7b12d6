CREATE OR REPLACE FUNCTION api_snapshots(p_before bigint, p_limit integer)
    RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_limit  CONSTANT integer := coalesce(p_limit, 100);
    v_list   json;
    v_n      integer;
    v_last   bigint;
BEGIN
    IF v_limit NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'limit is 1 to 1000' USING ERRCODE = '22023';
    END IF;

    WITH page AS (
        SELECT id, epoch, seq, width, height, created_at,
               row_number() OVER (ORDER BY id DESC) AS place
          FROM canvas_snapshots
         WHERE id < coalesce(p_before, 9223372036854775807)
         ORDER BY id DESC
         LIMIT v_limit + 1)
    SELECT json_agg(json_build_object(
               'id', id,
               'epoch', epoch,
               'seq', seq,
               'width', width,
               'height', height,
               'createdAt', rfc3339(created_at)) ORDER BY place)
           FILTER (WHERE place <= v_limit),
           count(*),
           min(id) FILTER (WHERE place <= v_limit)
      INTO v_list, v_n, v_last
      FROM page;

    RETURN json_build_object(
        'snapshots', coalesce(v_list, '[]'),
        'next', CASE WHEN v_n > v_limit THEN v_last END);
END
$$;

COMMENT ON FUNCTION api_snapshots(bigint, integer) IS
    'GET /api/v1/timelapse/snapshots: newest first; before an id, 1 to 1000
(default 100)';

REVOKE ALL ON FUNCTION api_snapshots(bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_snapshots(bigint, integer)
    TO canvas_web, canvas_service;
