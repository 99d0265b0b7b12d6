CREATE OR REPLACE FUNCTION restore_point()
    RETURNS TABLE (epoch bigint, seq bigint, canvas_data bytea,
                   width integer, height integer, background integer,
                   palette text[], game_mode text, rules jsonb,
                   week_number integer, year integer, next_epoch bigint,
                   started_at timestamptz, actors_epoch bigint,
                   actors_seq bigint)
    LANGUAGE plpgsql STABLE
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    v_fresh  canvas_epochs;
    v_image  canvas_snapshots;
BEGIN
    -- Where the canvas was last plain background.
    SELECT * INTO v_fresh
      FROM canvas_epochs e
     WHERE e.reason IN ('init', 'rotate', 'reset')
     ORDER BY e.epoch DESC
     LIMIT 1;

    IF NOT FOUND THEN
        SELECT * INTO v_fresh FROM canvas_epochs e ORDER BY e.epoch LIMIT 1;
    END IF;

    IF NOT FOUND THEN
        RETURN;
    END IF;

    -- A snapshot of a state that was lost afterwards is no good.
    SELECT s.* INTO v_image
      FROM canvas_snapshots s
      JOIN current_canvas c ON c.width = s.width AND c.height = s.height
     WHERE (s.epoch, s.seq) >= (v_fresh.epoch, v_fresh.base_seq)
       AND NOT EXISTS (SELECT FROM canvas_epochs e
                        WHERE e.epoch > s.epoch AND e.base_seq < s.seq)
     ORDER BY s.epoch DESC, s.seq DESC
     LIMIT 1;

    RETURN QUERY
    SELECT coalesce(v_image.epoch, v_fresh.epoch),
           coalesce(v_image.seq, v_fresh.base_seq),
           v_image.canvas_data,
           c.width, c.height, c.background::integer, c.palette,
           w.game_mode, w.rules, w.week_number, w.year,
           greatest(p.epoch + 1,
                    (SELECT max(e.epoch) FROM canvas_epochs e) + 1,
                    (extract(epoch FROM clock_timestamp()) * 1000)::bigint),
           w.started_at, w.actors_epoch, w.actors_seq
      FROM current_canvas c
     CROSS JOIN recorder_progress p
     CROSS JOIN page_week() w;
END
$$;

COMMENT ON FUNCTION restore_point() IS
    'Where a restore of Redis begins: the last snapshot that still holds, else
plain background (canvas_data NULL); no row when there is no log';

REVOKE ALL ON FUNCTION restore_point() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION restore_point() TO canvas_service;
