CREATE OR REPLACE FUNCTION next_week_epoch()
    RETURNS bigint
    LANGUAGE sql STABLE
AS $$
    SELECT e.epoch
      FROM canvas_epochs e, current_canvas c
     WHERE e.reason = 'rotate'
       AND e.archive_id IS NULL
       AND (e.epoch, e.base_seq) > (c.start_epoch, c.start_seq)
     ORDER BY e.epoch
     LIMIT 1
$$;

COMMENT ON FUNCTION next_week_epoch() IS
    'Epoch that ended the week of current_canvas although it is not archived
yet; NULL: the week runs';

REVOKE ALL ON FUNCTION next_week_epoch() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION next_week_epoch() TO canvas_service;
