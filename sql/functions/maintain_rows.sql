CREATE OR REPLACE FUNCTION maintain_rows(
    p_event_days integer, p_snapshot_days integer,
    OUT snapshots bigint, OUT lost bigint)
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_week  current_canvas;
BEGIN
    SELECT * INTO STRICT v_week FROM current_canvas;

    DELETE FROM canvas_snapshots s
     WHERE p_snapshot_days > 0
       AND s.created_at < now() - p_snapshot_days * interval '1 day'
       AND (s.epoch, s.seq) < (v_week.start_epoch, v_week.start_seq)
       AND s.id <> (SELECT l.id FROM canvas_snapshots l
                     ORDER BY l.epoch DESC, l.seq DESC LIMIT 1);
    GET DIAGNOSTICS snapshots = ROW_COUNT;

    DELETE FROM pixel_events_lost
     WHERE p_event_days > 0
       AND lost_at < now() - p_event_days * interval '1 day';
    GET DIAGNOSTICS lost = ROW_COUNT;

    DELETE FROM pixel_events_refused
     WHERE p_event_days > 0
       AND refused_at < now() - p_event_days * interval '1 day';
END
$$;

COMMENT ON FUNCTION maintain_rows(integer, integer) IS
    'Deletes snapshots, lost and refused entries older than so many days (0:
never); snapshots of the running week and the last one stay';

REVOKE ALL ON FUNCTION maintain_rows(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintain_rows(integer, integer) TO canvas_service;
