CREATE OR REPLACE FUNCTION import_live(
    p_epoch bigint, p_events bigint, p_parts bigint[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_done  recorder_progress;
    v_week  current_canvas;
BEGIN
    SELECT * INTO STRICT v_done FROM recorder_progress FOR UPDATE;
    SELECT * INTO STRICT v_week FROM current_canvas FOR UPDATE;

    IF (v_done.epoch, v_done.seq) <> (p_epoch, 0)
       OR EXISTS (SELECT FROM pixel_events WHERE epoch = p_epoch)
    THEN
        RAISE EXCEPTION 'the canvas is not fresh: it is recorded up to %-%',
                        v_done.epoch, v_done.seq USING ERRCODE = '55000';
    END IF;

    PERFORM import_totals();
    PERFORM import_guests(NULL);

    UPDATE users u
       SET pixels_placed = u.pixels_placed + w.pixels, updated_at = now()
      FROM week_totals w
     WHERE w.actor_id = u.id;

    UPDATE recorder_progress
       SET seq = p_events, updated_at = now(), counted_epoch = epoch,
           counted_seq = p_events;

    PERFORM import_attach(pg_backend_pid(), p_parts);
    PERFORM week_recount(v_week);

    UPDATE current_canvas SET canvas_version = canvas_version + p_events;
END
$$;

COMMENT ON FUNCTION import_live(bigint, bigint, bigint[]) IS
    'Makes the staged parts of this session''s import, which begin at p_parts
(see import_parts), the content of the running week, which has none';

REVOKE ALL ON FUNCTION import_live(bigint, bigint, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_live(bigint, bigint, bigint[])
    TO canvas_service;
