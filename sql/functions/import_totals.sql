CREATE OR REPLACE FUNCTION import_totals()
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
    SET work_mem = '256MB'
AS $$
DECLARE
    v_users  bigint;
BEGIN
    PERFORM week_tables();
    DELETE FROM week_totals;

    INSERT INTO week_totals (actor_id, kind, pixels, last_seq, last_at)
    SELECT user_id, 'g', sum(pixels), max(last_seq),
           timestamptz 'epoch' + max(last_ms) * interval '1 millisecond'
      FROM import_counts
     GROUP BY 1;
    GET DIAGNOSTICS v_users = ROW_COUNT;

    RETURN v_users;
END
$$;

COMMENT ON FUNCTION import_totals() IS
    'The users of import_counts into week_totals (see week_count); returns how
many they are';

REVOKE ALL ON FUNCTION import_totals() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_totals() TO canvas_service;
