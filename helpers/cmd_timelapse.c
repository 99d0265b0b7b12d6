/*
 * timelapse: an archived week, or the running one, as a film.
 */

#include "ctl.h"

#include "ctl_time.h"
#include "ctl_timelapse.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* an index scan over the log of a week */
#define CMD_TIMELAPSE_TIMEOUT_MS  600000

#define CMD_TIMELAPSE_SCALE_MAX   64

enum {
    CMD_TIMELAPSE_OUTPUT,
    CMD_TIMELAPSE_ARCHIVE,
    CMD_TIMELAPSE_LIVE,
    CMD_TIMELAPSE_SECONDS,
    CMD_TIMELAPSE_FPS,
    CMD_TIMELAPSE_SCALE,
    CMD_TIMELAPSE_RECT,
    CMD_TIMELAPSE_FROM,
    CMD_TIMELAPSE_TO,
    CMD_TIMELAPSE_HOLD,
    CMD_TIMELAPSE_PACE,
    CMD_TIMELAPSE_QUIET,
    CMD_TIMELAPSE_N
};

/* false: refused */
typedef bool (*cmd_timelapse_set_pt)(ctl_timelapse_t *film,
    const char *value);


static ctl_status_t cmd_timelapse_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_timelapse_parse(ctl_t *ctl, const ctl_args_t *args,
    ctl_timelapse_t *film);
static void cmd_timelapse_report(const ctl_timelapse_t *film);
static bool cmd_timelapse_archive(ctl_timelapse_t *film, const char *value);
static bool cmd_timelapse_seconds(ctl_timelapse_t *film, const char *value);
static bool cmd_timelapse_fps(ctl_timelapse_t *film, const char *value);
static bool cmd_timelapse_scale(ctl_timelapse_t *film, const char *value);
static bool cmd_timelapse_rect(ctl_timelapse_t *film, const char *value);
static bool cmd_timelapse_from(ctl_timelapse_t *film, const char *value);
static bool cmd_timelapse_to(ctl_timelapse_t *film, const char *value);
static bool cmd_timelapse_hold(ctl_timelapse_t *film, const char *value);
static bool cmd_timelapse_pace(ctl_timelapse_t *film, const char *value);


static const ctl_option_t  cmd_timelapse_options[] = {
    { "output", 'o', "FILE", "where to; its name says the form" },
    { "archive", 'a', "ID", "an archived week (UUID)" },
    { "live", 0, NULL, "the running week (what is done without)" },
    { "seconds", 0, "N", "length, 0.1 to 600 (30)" },
    { "fps", 0, "N", "frames a second, 1 to 60 (30)" },
    { "scale", 's', "N", "N x N dots a pixel, 1 to 64 (1)" },
    { "rect", 0, "X,Y,W,H", "this part of the canvas alone" },
    { "from", 0, "TIME", "begin here, 2026-02-07T14:00:00Z" },
    { "to", 0, "TIME", "end here" },
    { "hold", 0, "SECONDS", "show the last frame longer, 0 to 60 (0)" },
    { "pace", 0, "time|events", "frames evenly over time, or over changes" },
    { "quiet", 'q', NULL, "no progress, no summary" },
    { NULL, 0, NULL, NULL }
};

/* what is wrong with the value when it is refused */
static const struct {
    cmd_timelapse_set_pt   set;
    const char            *expected;
} cmd_timelapse_setters[CMD_TIMELAPSE_N] = {
    [CMD_TIMELAPSE_ARCHIVE] = {
        cmd_timelapse_archive,
        "a UUID; the id of an archive is in GET /api/archives" },
    [CMD_TIMELAPSE_SECONDS] = {
        cmd_timelapse_seconds, "a number of seconds from 0.1 to 600" },
    [CMD_TIMELAPSE_FPS] = {
        cmd_timelapse_fps, "a number from 1 to 60" },
    [CMD_TIMELAPSE_SCALE] = {
        cmd_timelapse_scale, "a number from 1 to 64" },
    [CMD_TIMELAPSE_RECT] = {
        cmd_timelapse_rect, "X,Y,WIDTH,HEIGHT in pixels" },
    [CMD_TIMELAPSE_FROM] = {
        cmd_timelapse_from, "a time such as 2026-02-07T14:00:00Z" },
    [CMD_TIMELAPSE_TO] = {
        cmd_timelapse_to, "a time such as 2026-02-07T14:00:00Z" },
    [CMD_TIMELAPSE_HOLD] = {
        cmd_timelapse_hold, "a number of seconds from 0 to 60" },
    [CMD_TIMELAPSE_PACE] = {
        cmd_timelapse_pace, "time or events" }
};

const ctl_command_t  cmd_timelapse = {
    .name = "timelapse",
    .synopsis = "[--archive ID | --live] [OPTION...] -o FILE",
    .summary = "film a week from its changes: mp4, webm, gif or animated PNG",
    .text = "Every change of the week is drawn, in order, and the frames are "
            "encoded by ffmpeg,\nwhich has to be installed.  gif and png "
            "keep every pixel as it is; mp4 (H.264) and\nwebm (VP9) blur "
            "colours at --scale 1.  The file is replaced as a whole or left "
            "as\nit was.\n",
    .options = cmd_timelapse_options,
    .run = cmd_timelapse_run
};


static ctl_status_t
cmd_timelapse_run(ctl_t *ctl, const ctl_args_t *args)
{
    ctl_status_t      status;
    ctl_timelapse_t   film;

    ctl_timelapse_init(&film);

    film.stoppable = true;
    ctl->pg.timeout_ms = CMD_TIMELAPSE_TIMEOUT_MS;

    status = cmd_timelapse_parse(ctl, args, &film);

    if (status == CTL_OK) {
        status = ctl_timelapse_render(ctl, &film);
    }

    if (status == CTL_OK && !film.quiet) {
        cmd_timelapse_report(&film);
    }

    return status;
}


static ctl_status_t
cmd_timelapse_parse(ctl_t *ctl, const ctl_args_t *args,
    ctl_timelapse_t *film)
{
    size_t       i;
    const char  *value;

    film->path = args->option[CMD_TIMELAPSE_OUTPUT];
    film->quiet = args->option[CMD_TIMELAPSE_QUIET] != NULL;

    if (film->path == NULL) {
        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "timelapse: where to? give -o FILE");
    }

    if (args->option[CMD_TIMELAPSE_ARCHIVE] != NULL
        && args->option[CMD_TIMELAPSE_LIVE] != NULL)
    {
        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "timelapse: --archive or --live, not both");
    }

    for (i = 0; i < CMD_TIMELAPSE_N; i++) {
        value = args->option[i];

        if (value != NULL && cmd_timelapse_setters[i].set != NULL
            && !cmd_timelapse_setters[i].set(film, value))
        {
            return ctl_error_set(&ctl->error, CTL_USAGE,
                                 "timelapse: --%s \"%s\": expected %s",
                                 cmd_timelapse_options[i].name, value,
                                 cmd_timelapse_setters[i].expected);
        }
    }

    return CTL_OK;
}


static void
cmd_timelapse_report(const ctl_timelapse_t *film)
{
    printf("%s: %ux%u, %u frames, %" PRIu64 " changes\n", film->path,
           film->width, film->height, film->frames, film->events);

    if (film->missing > 0) {
        fprintf(stderr, "canvas-helper: %" PRIu64 " changes of the week are "
                "not in PostgreSQL any more; the film is without them\n",
                film->missing);
    }
}


static bool
cmd_timelapse_archive(ctl_timelapse_t *film, const char *value)
{
    film->archive = value;

    return ctl_arg_uuid(value);
}


static bool
cmd_timelapse_seconds(ctl_timelapse_t *film, const char *value)
{
    return ctl_arg_seconds(value, 100, CTL_TIMELAPSE_MS_MAX,
                           &film->length_ms);
}


static bool
cmd_timelapse_fps(ctl_timelapse_t *film, const char *value)
{
    uint64_t  fps;

    if (!ctl_arg_number(value, 1, CTL_TIMELAPSE_FPS_MAX, &fps)) {
        return false;
    }

    film->fps = fps;

    return true;
}


static bool
cmd_timelapse_scale(ctl_timelapse_t *film, const char *value)
{
    uint64_t  scale;

    if (!ctl_arg_number(value, 1, CMD_TIMELAPSE_SCALE_MAX, &scale)) {
        return false;
    }

    film->scale = scale;

    return true;
}


static bool
cmd_timelapse_rect(ctl_timelapse_t *film, const char *value)
{
    return ctl_arg_rect(value, &film->rect);
}


static bool
cmd_timelapse_from(ctl_timelapse_t *film, const char *value)
{
    return ctl_time_parse(value, &film->from);
}


static bool
cmd_timelapse_to(ctl_timelapse_t *film, const char *value)
{
    return ctl_time_parse(value, &film->to);
}


static bool
cmd_timelapse_hold(ctl_timelapse_t *film, const char *value)
{
    return ctl_arg_seconds(value, 0, 60000, &film->hold_ms);
}


static bool
cmd_timelapse_pace(ctl_timelapse_t *film, const char *value)
{
    film->by_events = strcmp(value, "events") == 0;

    return film->by_events || strcmp(value, "time") == 0;
}
