CREATE OR REPLACE FUNCTION job_rotate(p_job jsonb)
    RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
    SELECT CASE
        WHEN coalesce(jsonb_typeof(p_job #> '{args,mode}'), 'string')
             <> 'string'
          OR coalesce(jsonb_typeof(p_job #> '{args,force}'), 'boolean')
             <> 'boolean'
        THEN job_refusal('INVALID_MESSAGE',
                         'mode is the id of a game mode, force is a boolean')

        WHEN coalesce((p_job #>> '{args,force}')::boolean, false)
          OR EXISTS (SELECT FROM rotations
                      WHERE step <> 'done'
                         OR request = (p_job ->> 'id')::uuid)
        THEN NULL

        WHEN max(finished_at) > now() - interval '1 hour'
        THEN job_refusal('CONFLICT',
                 'The week has turned at ' || rfc3339(max(finished_at))
                 || ', less than an hour ago; {"force":true} turns it again')
        END
      FROM rotations
$$;

COMMENT ON FUNCTION job_rotate(jsonb) IS
    'Whether POST /api/game/rotate {mode, force} is refused; NULL: it is not,
the keeper runs rotate';

REVOKE ALL ON FUNCTION job_rotate(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION job_rotate(jsonb) TO canvas_service;
