CREATE OR REPLACE FUNCTION week_digest(
    p_week current_canvas, p_before_epoch bigint)
    RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
BEGIN
    RETURN (
    SELECT md5(coalesce(string_agg(s::text, ' ' ORDER BY s.epoch), ''))
      FROM week_spans(p_week, p_before_epoch) AS s);
END
$$;

COMMENT ON FUNCTION week_digest(current_canvas, bigint) IS
    'Changes when other events are part of the week than before';

REVOKE ALL ON FUNCTION week_digest(current_canvas, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_digest(current_canvas, bigint)
    TO canvas_service;
