CREATE OR REPLACE FUNCTION week_moments(p_moments jsonb)
    RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'timestamp', rfc3339(timestamptz 'epoch'
                                    + m.us * interval '1 microsecond'),
               'event',
               CASE m.what
               WHEN 'first' THEN 'First pixel, by ' || n.name
               WHEN 'pixels' THEN
                   'First ' || CASE WHEN m.value >= 1000000
                                    THEN m.value / 1000000 || 'M'
                                    ELSE m.value / 1000 || 'k' END
                   || ' pixels'
               WHEN 'reset' THEN 'Canvas reset'
               WHEN 'minute' THEN 'Busiest minute: ' || m.value || ' pixels'
               WHEN 'territory' THEN 'Largest territory: ' || m.value
                                     || ' pixels of ' || n.name
               WHEN 'last' THEN 'Last pixel, by ' || n.name
               END) ORDER BY m.ordinality), '[]')
      FROM ROWS FROM (jsonb_to_recordset(p_moments)
                      AS (what text, us bigint, value bigint, actor uuid))
           WITH ORDINALITY AS m (what, us, value, actor, ordinality),
           LATERAL (SELECT coalesce(
               (SELECT username FROM users WHERE id = m.actor),
               (SELECT name FROM agents WHERE id = m.actor),
               'somebody') AS name) AS n
$$;

COMMENT ON FUNCTION week_moments(jsonb) IS
    'notable_moments of an archive: what the helper found, in words';

REVOKE ALL ON FUNCTION week_moments(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION week_moments(jsonb) TO canvas_service;
