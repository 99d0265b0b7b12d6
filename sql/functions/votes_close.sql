CREATE OR REPLACE FUNCTION votes_close(p_archive canvas_archives)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_standings  jsonb;
BEGIN
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'id', s.id, 'title', s.title, 'x', s.x, 'y', s.y,
               'width', s.width, 'height', s.height,
               'user_id', s.user_id, 'agent_id', s.agent_id,
               'username', s.username, 'votes', s.votes)
               ORDER BY s.votes DESC, s.created_at, s.id), '[]')
      INTO v_standings
      FROM artwork_standings s
     WHERE s.archive_id IS NULL;

    UPDATE artworks SET archive_id = p_archive.id WHERE archive_id IS NULL;
    UPDATE votes SET archive_id = p_archive.id WHERE archive_id IS NULL;

    RETURN v_standings;
END
$$;

COMMENT ON FUNCTION votes_close(canvas_archives) IS
    'Gives the works and the votes of the running week to its archive; returns
the standings of the works, as the statistics of the archive hold them';

REVOKE ALL ON FUNCTION votes_close(canvas_archives) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION votes_close(canvas_archives) TO canvas_service;
