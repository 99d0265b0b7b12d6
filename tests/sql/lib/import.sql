-- An import as the helper makes it, without the helper.

CREATE FUNCTION public.ms(p_at timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    RETURN (extract(epoch FROM p_at) * 1000)::bigint;

COMMENT ON FUNCTION public.ms(timestamptz) IS 'Unix time in milliseconds';

-- Part p_part, numbers p_from to p_to, a second each from p_at on, by three
-- users in turn.  Without bounds it is all of its week.
CREATE FUNCTION public.import_rows(
    p_part integer, p_epoch bigint, p_from bigint, p_to bigint,
    p_at timestamptz, p_begin timestamptz DEFAULT NULL,
    p_end timestamptz DEFAULT NULL)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public
AS $$
DECLARE
    v_import  CONSTANT integer := pg_backend_pid();
BEGIN
    PERFORM import_stage(v_import, p_part);
    EXECUTE format('INSERT INTO %I (epoch, seq, x, y, color, old_color, '
                   'created_at, user_id) '
                   'SELECT $1, s, s %% 7, 0, s %% 5, 0, '
                   '$4 + s * interval ''1 second'', actor((s %% 3)::text) '
                   'FROM generate_series($2, $3) AS s',
                   import_table(v_import, p_part))
      USING p_epoch, p_from, p_to, p_at;
    PERFORM import_index(v_import, p_part, ms(coalesce(p_begin, w.first_at)),
                         ms(coalesce(p_end, w.end_at)))
       FROM import_week(ms(p_at)) AS w;

    INSERT INTO import_counts
    SELECT actor((s % 3)::text), count(*), max(s),
           ms(p_at + max(s) * interval '1 second')
      FROM generate_series(p_from, p_to) AS s
     GROUP BY s % 3;
END
$$;

COMMENT ON FUNCTION public.import_rows(integer, bigint, bigint, bigint,
                                       timestamptz, timestamptz,
                                       timestamptz) IS
    'Stages a part of an import';
