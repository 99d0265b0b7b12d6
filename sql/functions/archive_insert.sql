CREATE OR REPLACE FUNCTION archive_insert(
    p_canvas_data text, p_week current_canvas, p_rotation rotations,
    p_done recorder_progress)
    RETURNS canvas_archives
    LANGUAGE plpgsql
    SET search_path = canvas, public, pg_temp
AS $$
DECLARE
    c_max      CONSTANT bigint := 9007199254740991;
    v_new      canvas_epochs;
    v_archive  canvas_archives;
    v_extras   jsonb;
BEGIN
    -- By hand: up to a turn of the page that nobody archived, else up to now.
    SELECT * INTO v_new
      FROM canvas_epochs
     WHERE epoch = coalesce(p_rotation.new_epoch, next_week_epoch());

    v_extras := week_sum(p_week, p_rotation.id,
                         coalesce(v_new.epoch, p_rotation.new_epoch, c_max));

    INSERT INTO canvas_archives
        (week_number, year, started_at, ended_at, game_mode_id, canvas_data,
         canvas_data_compressed, width, height, background, palette,
         total_pixels_placed, unique_contributors, stats,
         winner_user_id, winner_agent_id, winner_faction_id,
         first_epoch, closing_epoch, new_epoch, last_seq, rules)
    SELECT p_week.week_number, p_week.year, p_week.week_started_at,
           greatest(p_week.week_started_at, coalesce(v_new.started_at, now())),
           p_week.current_game_mode_id, p_canvas_data,
           p_rotation.canvas_data_compressed, p_week.width, p_week.height,
           p_week.background, p_week.palette,
           t.pixels, t.actors, week_stats(p_week, v_extras),
           (SELECT w.actor_id FROM week_totals w JOIN users u
                ON u.id = w.actor_id
             WHERE w.kind <> 'a' ORDER BY w.score DESC, w.last_seq LIMIT 1),
           (SELECT w.actor_id FROM week_totals w JOIN agents a
                ON a.id = w.actor_id
             WHERE w.kind = 'a' ORDER BY w.score DESC, w.last_seq LIMIT 1),
           (SELECT f.name
              FROM week_faction_standings(p_week.current_game_mode_id,
                                          p_week.factions) AS f
             ORDER BY f.score DESC, f.last_seq LIMIT 1),
           greatest(p_week.start_epoch, 1),
           coalesce(p_rotation.closing_epoch,
                    (SELECT max(e.epoch) FROM canvas_epochs e
                      WHERE e.epoch < v_new.epoch),
                    nullif(p_done.epoch, 0)),
           coalesce(p_rotation.new_epoch, v_new.epoch),
           coalesce(p_rotation.turned_seq, v_new.base_seq, p_done.seq),
           p_week.rules
           || CASE WHEN p_week.factions IS NULL THEN '{}'
                   ELSE jsonb_build_object('factions', p_week.factions) END
      FROM (SELECT coalesce(sum(pixels), 0) AS pixels, count(*) AS actors
              FROM week_totals) AS t
    RETURNING * INTO v_archive;

    RETURN v_archive;
END
$$;

COMMENT ON FUNCTION archive_insert(text, current_canvas, rotations,
                                   recorder_progress) IS
    'The archive row of a week, counted from the log.  Who has the score of the
winner but placed the last pixel later is no winner';

REVOKE ALL ON FUNCTION archive_insert(text, current_canvas, rotations,
                                      recorder_progress) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive_insert(text, current_canvas, rotations,
                                         recorder_progress)
    TO canvas_service;
