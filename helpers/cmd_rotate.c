/*
 * rotate: ends the week: see ctl_rotation.  Meant for cron every 5 minutes.
 * Heat map and film follow when the week has turned and the answer is out.
 */

#include "ctl.h"

#include "ctl_media.h"
#include "ctl_rotation.h"

#include <stdio.h>

enum {
    CMD_ROTATE_MODE,
    CMD_ROTATE_FORCE,
    CMD_ROTATE_JSON,
    CMD_ROTATE_REQUEST
};


static ctl_status_t cmd_rotate_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_rotate_summary(const ctl_rotation_t *rotation,
    bool json);


static const ctl_option_t  cmd_rotate_options[] = {
    { "mode", 'm', "SLUG", "game mode of the new week" },
    { "force", 'f', NULL, "turn the week now, whatever the time" },
    { "json", 0, NULL, "print the summary as JSON" },
    { "request", 0, "UUID", "asked again with it: the same rotation" },
    { NULL, 0, NULL, NULL }
};

/* as POST /api/game/rotate answers (seed 002) */
static const char  cmd_rotate_json[] =
    "SELECT json_build_object('success', true, 'summary', json_build_object("
    "           'previousWeek', json_build_object("
    "               'weekNumber', a.week_number, 'year', a.year,"
    "               'gameModeId', m.slug, 'archivedId', a.id),"
    "           'newWeek', json_build_object("
    "               'weekNumber', r.new_week_number, 'year', r.new_year,"
    "               'gameModeId', r.game_mode_slug,"
    "               'startedAt', rfc3339(a.ended_at),"
    "               'resetAt', rfc3339(r.new_resets_at)),"
    "           'stats', json_build_object("
    "               'totalPixelsPlaced', a.total_pixels_placed,"
    "               'uniqueContributors', a.unique_contributors)),"
    "       'rotatedAt', rfc3339(a.ended_at)),"
    "       a.week_number, a.year, m.slug, a.total_pixels_placed,"
    "       a.unique_contributors, r.new_week_number, r.new_year,"
    "       r.game_mode_slug, rfc3339(r.new_resets_at),"
    "       coalesce(a.image_url, 'not stored yet')"
    "  FROM rotations r JOIN canvas_archives a ON a.id = r.archive_id"
    "  JOIN game_modes m ON m.id = a.game_mode_id"
    " WHERE r.id = $1";

const ctl_command_t  cmd_rotate = {
    .name = "rotate",
    .synopsis = "[--mode SLUG] [--force] [--json] [--request UUID]",
    .summary = "end the week: archive the canvas and begin a fresh one",
    .text = "Does nothing (exit code 3) before the week is over, so cron may "
            "call it every\n5 minutes; a run that was cut short is taken up "
            "by the next one.  Without --mode\nthe scheduled game mode "
            "follows, else one is drawn.\n",
    .options = cmd_rotate_options,
    .run = cmd_rotate_run
};


static ctl_status_t
cmd_rotate_run(ctl_t *ctl, const ctl_args_t *args)
{
    ctl_media_t     media;
    ctl_status_t    status;
    ctl_rotation_t  rotation;

    status = ctl_rotation_begin(&rotation, ctl,
                                args->option[CMD_ROTATE_MODE],
                                args->option[CMD_ROTATE_FORCE] != NULL,
                                args->option[CMD_ROTATE_REQUEST]);

    if (status == CTL_OK) {
        status = ctl_rotation_run(&rotation);
    }

    if (status == CTL_OK) {
        status = cmd_rotate_summary(&rotation,
                                    args->option[CMD_ROTATE_JSON] != NULL);
    }

    /* the log says what failed; the command media makes it then */
    if (status == CTL_OK && fflush(stdout) == 0) {
        (void) ctl_media_make(ctl, rotation.archive, &media);
    }

    return status;
}


static ctl_status_t
cmd_rotate_summary(const ctl_rotation_t *rotation, bool json)
{
    PGresult          *result;
    const char *const  values[] = { rotation->id };

    result = ctl_pg_query(&rotation->ctl->pg, cmd_rotate_json, 1, values);
    if (result == NULL) {
        return rotation->ctl->error.status;
    }

    if (json) {
        puts(PQgetvalue(result, 0, 0));

    } else {
        printf("archived week %s of %s (%s): %s pixels of %s contributors, "
               "archive %s, image %s\n"
               "week %s of %s (%s) runs until %s\n",
               PQgetvalue(result, 0, 1), PQgetvalue(result, 0, 2),
               PQgetvalue(result, 0, 3), PQgetvalue(result, 0, 4),
               PQgetvalue(result, 0, 5), rotation->archive,
               PQgetvalue(result, 0, 10), PQgetvalue(result, 0, 6),
               PQgetvalue(result, 0, 7), PQgetvalue(result, 0, 8),
               PQgetvalue(result, 0, 9));
    }

    PQclear(result);

    return CTL_OK;
}
