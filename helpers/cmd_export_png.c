/*
 * export-png: the live canvas, an archived one, either at any moment, or
 * where they changed most, as a PNG file.
 */

#include "ctl.h"

#include "ctl_file.h"
#include "ctl_image.h"
#include "ctl_picture.h"
#include "ctl_progress.h"
#include "ctl_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* an index scan over the log of a week */
#define CMD_EXPORT_TIMEOUT_MS  600000

#define CMD_EXPORT_SIDE_MAX    65535

/* below 2^53, as every seq */
#define CMD_EXPORT_SEQ_MAX     INT64_C(9007199254740991)

enum {
    CMD_EXPORT_OUTPUT,
    CMD_EXPORT_ARCHIVE,
    CMD_EXPORT_LIVE,
    CMD_EXPORT_AT,
    CMD_EXPORT_SEQ,
    CMD_EXPORT_HEAT,
    CMD_EXPORT_RECT,
    CMD_EXPORT_SCALE,
    CMD_EXPORT_THUMBNAIL,
    CMD_EXPORT_N
};

/* false: refused */
typedef bool (*cmd_export_set_pt)(ctl_picture_t *picture,
    const char *value);


static ctl_status_t cmd_export_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_export_parse(ctl_t *ctl, const ctl_args_t *args,
    ctl_picture_t *picture);
static ctl_status_t cmd_export_together(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_export_write(ctl_t *ctl, const char *path,
    const uint8_t *png, size_t len);
static bool cmd_export_archive(ctl_picture_t *picture, const char *value);
static bool cmd_export_at(ctl_picture_t *picture, const char *value);
static bool cmd_export_seq(ctl_picture_t *picture, const char *value);
static bool cmd_export_rect(ctl_picture_t *picture, const char *value);
static bool cmd_export_scale(ctl_picture_t *picture, const char *value);
static bool cmd_export_thumbnail(ctl_picture_t *picture, const char *value);


static const ctl_option_t  cmd_export_options[] = {
    { "output", 'o', "FILE", "where to; - is standard output" },
    { "archive", 'a', "ID", "an archived week (UUID)" },
    { "live", 0, NULL, "the running week (what is done without)" },
    { "at", 0, "TIME", "as it was then, 2026-02-07T14:00:00Z" },
    { "at-seq", 0, "N", "as it was behind change N" },
    { "heatmap", 0, NULL, "how often each pixel changed until then" },
    { "rect", 0, "X,Y,W,H", "this part of the canvas alone" },
    { "scale", 's', "N", "N x N dots a pixel, 1 to 64" },
    { "thumbnail", 0, "N", "reduced to a longest side of N, true colour" },
    { NULL, 0, NULL, NULL }
};

static const struct {
    cmd_export_set_pt   set;
    const char         *expected;
} cmd_export_setters[CMD_EXPORT_N] = {
    [CMD_EXPORT_AT] = {
        cmd_export_at, "a time such as 2026-02-07T14:00:00Z" },
    [CMD_EXPORT_SEQ] = {
        cmd_export_seq, "the number of a change" },
    [CMD_EXPORT_RECT] = {
        cmd_export_rect, "X,Y,WIDTH,HEIGHT in pixels" },
    [CMD_EXPORT_SCALE] = {
        cmd_export_scale, "a number from 1 to 64" },
    [CMD_EXPORT_THUMBNAIL] = {
        cmd_export_thumbnail, "a number from 1 to 65535" },
    [CMD_EXPORT_ARCHIVE] = {
        cmd_export_archive,
        "a UUID; the id of an archive is in GET /api/archives" }
};

/* what says the same thing twice */
static const struct {
    int          one;
    int          other;
} cmd_export_either[] = {
    { CMD_EXPORT_ARCHIVE, CMD_EXPORT_LIVE },
    { CMD_EXPORT_AT, CMD_EXPORT_SEQ },
    { CMD_EXPORT_SCALE, CMD_EXPORT_THUMBNAIL },
    { 0, 0 }
};

const ctl_command_t  cmd_export_png = {
    .name = "export-png",
    .synopsis = "[--archive ID | --live] [OPTION...] -o FILE",
    .summary = "write the canvas, or an archived one, as a PNG file",
    .text = "The live canvas is read from Redis, an archive from PostgreSQL.  "
            "A moment is drawn\nfrom the nearest snapshot and the changes "
            "behind it; with --at alone the week that\nit was in is found.  "
            "The file is replaced as a whole or left as it was.\n",
    .options = cmd_export_options,
    .run = cmd_export_run
};


static ctl_status_t
cmd_export_run(ctl_t *ctl, const ctl_args_t *args)
{
    size_t          len;
    uint8_t        *png;
    ctl_status_t    status;
    ctl_picture_t   picture;

    png = NULL;
    len = 0;
    ctl_picture_init(&picture);

    status = cmd_export_parse(ctl, args, &picture);
    if (status != CTL_OK) {
        return status;
    }

    ctl->pg.timeout_ms = CMD_EXPORT_TIMEOUT_MS;
    ctl_progress("drawing");

    status = ctl_picture_draw(ctl, &picture, &png, &len);

    ctl_progress_end();

    if (status == CTL_OK) {
        status = cmd_export_write(ctl, args->option[CMD_EXPORT_OUTPUT], png,
                                  len);
    }

    free(png);

    return status;
}


static ctl_status_t
cmd_export_parse(ctl_t *ctl, const ctl_args_t *args, ctl_picture_t *picture)
{
    size_t         i;
    const char    *value;
    ctl_status_t   status;

    if (args->option[CMD_EXPORT_OUTPUT] == NULL) {
        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "export-png: where to? give -o FILE");
    }

    status = cmd_export_together(ctl, args);
    if (status != CTL_OK) {
        return status;
    }

    picture->live = args->option[CMD_EXPORT_LIVE] != NULL;
    picture->heat = args->option[CMD_EXPORT_HEAT] != NULL;

    for (i = 0; i < CMD_EXPORT_N; i++) {
        value = args->option[i];

        if (value != NULL && cmd_export_setters[i].set != NULL
            && !cmd_export_setters[i].set(picture, value))
        {
            return ctl_error_set(&ctl->error, CTL_USAGE,
                                 "export-png: --%s \"%s\": expected %s",
                                 cmd_export_options[i].name, value,
                                 cmd_export_setters[i].expected);
        }
    }

    return CTL_OK;
}


static ctl_status_t
cmd_export_together(ctl_t *ctl, const ctl_args_t *args)
{
    size_t  i;

    for (i = 0; cmd_export_either[i].other != 0; i++) {

        if (args->option[cmd_export_either[i].one] != NULL
            && args->option[cmd_export_either[i].other] != NULL)
        {
            return ctl_error_set(&ctl->error, CTL_USAGE,
                                 "export-png: --%s or --%s, not both",
                                 cmd_export_options[
                                     cmd_export_either[i].one].name,
                                 cmd_export_options[
                                     cmd_export_either[i].other].name);
        }
    }

    return CTL_OK;
}


static ctl_status_t
cmd_export_write(ctl_t *ctl, const char *path, const uint8_t *png, size_t len)
{
    if (strcmp(path, "-") != 0) {
        return ctl_file_write(path, png, len, 0644, &ctl->error);
    }

    if (isatty(STDOUT_FILENO)) {
        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "export-png: a PNG is nothing for a terminal: "
                             "give -o FILE, or redirect");
    }

    return ctl_file_write_fd(STDOUT_FILENO, "standard output", png, len,
                             &ctl->error);
}


static bool
cmd_export_archive(ctl_picture_t *picture, const char *value)
{
    picture->archive = value;

    return ctl_arg_uuid(value);
}


static bool
cmd_export_at(ctl_picture_t *picture, const char *value)
{
    return ctl_time_parse(value, &picture->at);
}


static bool
cmd_export_seq(ctl_picture_t *picture, const char *value)
{
    return ctl_arg_number(value, 0, CMD_EXPORT_SEQ_MAX, &picture->seq);
}


static bool
cmd_export_rect(ctl_picture_t *picture, const char *value)
{
    return ctl_arg_rect(value, &picture->rect);
}


static bool
cmd_export_scale(ctl_picture_t *picture, const char *value)
{
    uint64_t  scale;

    if (!ctl_arg_number(value, 1, CTL_IMAGE_SCALE_MAX, &scale)) {
        return false;
    }

    picture->scale = scale;

    return true;
}


static bool
cmd_export_thumbnail(ctl_picture_t *picture, const char *value)
{
    uint64_t  side;

    if (!ctl_arg_number(value, 1, CMD_EXPORT_SIDE_MAX, &side)) {
        return false;
    }

    picture->thumbnail = side;

    return true;
}
