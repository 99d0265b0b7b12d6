CREATE OR REPLACE FUNCTION import_archive(
    p_epoch bigint, p_checksum text, p_form text, p_mode text,
    p_events bigint, p_skipped bigint, p_first_ms bigint, p_last_ms bigint,
    p_canvas_data text, p_compressed bytea, p_width integer,
    p_height integer, p_background integer, p_palette text[],
    p_parts bigint[])
    RETURNS uuid
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    c_ms       CONSTANT interval := interval '1 millisecond';
    v_last     CONSTANT timestamptz := timestamptz 'epoch' + p_last_ms * c_ms;
    v_mode     CONSTANT uuid := (SELECT id FROM game_modes
                                  WHERE slug = p_mode);
    v_archive  uuid;
    v_users    bigint;
BEGIN
    IF v_mode IS NULL THEN
        RAISE EXCEPTION 'no game mode "%"', p_mode USING ERRCODE = '22023';
    END IF;

    v_users := import_totals();
    PERFORM import_guests(10);

    INSERT INTO canvas_archives
        (week_number, year, started_at, ended_at, game_mode_id, canvas_data,
         canvas_data_compressed, width, height, background, palette,
         total_pixels_placed, unique_contributors, stats, winner_user_id,
         first_epoch, closing_epoch, last_seq)
    SELECT l.week_number, l.year, timestamptz 'epoch' + p_first_ms * c_ms,
           v_last, v_mode, p_canvas_data, p_compressed, p_width, p_height,
           p_background, p_palette, p_events, v_users, week_stats(),
           (SELECT actor_id FROM week_totals
             ORDER BY pixels DESC, last_seq LIMIT 1),
           p_epoch, p_epoch, p_events
      FROM week_label(v_last) AS l
    RETURNING id INTO v_archive;

    INSERT INTO canvas_imports
        (epoch, archive_id, checksum, form, events, skipped)
    VALUES (p_epoch, v_archive, p_checksum, p_form, p_events, p_skipped);

    PERFORM import_attach(pg_backend_pid(), p_parts);

    RETURN v_archive;
END
$$;

COMMENT ON FUNCTION import_archive(bigint, text, text, text, bigint, bigint,
                                   bigint, bigint, text, bytea, integer,
                                   integer, integer, text[], bigint[]) IS
    'Makes the staged parts of this session''s import, which begin at p_parts
(see import_parts), an archived week of their own';

REVOKE ALL ON FUNCTION import_archive(bigint, text, text, text, bigint,
                                      bigint, bigint, bigint, text, bytea,
                                      integer, integer, integer, text[],
                                      bigint[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_archive(bigint, text, text, text, bigint,
                                         bigint, bigint, bigint, text, bytea,
                                         integer, integer, integer, text[],
                                         bigint[])
    TO canvas_service;
