CREATE OR REPLACE FUNCTION import_totals()
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
    SET work_mem = '256MB'
AS $$
DECLARE
    v_rows   text;
    v_users  bigint;
BEGIN
    -- an empty stretch: it makes the temporary table
    PERFORM week_count(0, 0, 0);

    SELECT string_agg(format('SELECT user_id, count(*) AS pixels, '
                             'max(seq) AS last_seq, '
                             'max(created_at) AS last_at '
                             'FROM canvas.%I GROUP BY 1', relname),
                      ' UNION ALL ')
      INTO v_rows
      FROM pg_class
     WHERE relnamespace = 'canvas'::regnamespace AND relkind = 'r'
       AND relname ~ '^pixel_import_[0-9]+w[0-9]{2}$';

    EXECUTE 'INSERT INTO week_totals (actor_id, kind, pixels, last_seq, '
            'last_at) SELECT user_id, ''g'', sum(pixels), max(last_seq), '
            'max(last_at) FROM (' || v_rows || ') AS t GROUP BY 1';
    GET DIAGNOSTICS v_users = ROW_COUNT;

    RETURN v_users;
END
$$;

COMMENT ON FUNCTION import_totals() IS
    'Counts the staged events by user into week_totals (see week_count);
returns the number of users';

REVOKE ALL ON FUNCTION import_totals() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_totals() TO canvas_service;
