/*
 * export-png: the live canvas, or an archived one, as an indexed PNG file.
 */

#include "ctl.h"

#include "canvas_id.h"
#include "ctl_archive.h"
#include "ctl_canvas.h"
#include "ctl_file.h"
#include "ctl_progress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CMD_EXPORT_SCALE_MAX  64

enum {
    CMD_EXPORT_OUTPUT,
    CMD_EXPORT_ARCHIVE,
    CMD_EXPORT_LIVE,
    CMD_EXPORT_SCALE
};


static ctl_status_t cmd_export_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_export_check(ctl_t *ctl, const ctl_args_t *args,
    unsigned *scale);
static ctl_status_t cmd_export_live(ctl_t *ctl, unsigned scale,
    uint8_t **png, size_t *len);
static ctl_status_t cmd_export_write(ctl_t *ctl, const char *path,
    const uint8_t *png, size_t len);


static const ctl_option_t  cmd_export_options[] = {
    { "output", 'o', "FILE", "where to; - is standard output" },
    { "archive", 'a', "ID", "an archived week (UUID)" },
    { "live", 0, NULL, "the canvas as it is now (what is done without)" },
    { "scale", 's', "N", "N x N dots a pixel, 1 to 64" },
    { NULL, 0, NULL, NULL }
};

const ctl_command_t  cmd_export_png = {
    .name = "export-png",
    .synopsis = "[--archive ID | --live] [--scale N] -o FILE",
    .summary = "write the canvas, or an archived one, as a PNG file",
    .text = "The live canvas is read from Redis, an archive from PostgreSQL.  "
            "The file is\nreplaced as a whole or left as it was.\n",
    .options = cmd_export_options,
    .run = cmd_export_run
};


static ctl_status_t
cmd_export_run(ctl_t *ctl, const ctl_args_t *args)
{
    size_t         len;
    uint8_t       *png;
    unsigned       scale;
    ctl_status_t   status;

    scale = 1;

    status = cmd_export_check(ctl, args, &scale);
    if (status != CTL_OK) {
        return status;
    }

    png = NULL;
    len = 0;
    ctl_progress("drawing");

    if (args->option[CMD_EXPORT_ARCHIVE] != NULL) {
        status = ctl_archive_png(ctl, args->option[CMD_EXPORT_ARCHIVE],
                                 scale, &png, &len);
    } else {
        status = cmd_export_live(ctl, scale, &png, &len);
    }

    ctl_progress_end();

    if (status == CTL_OK) {
        status = cmd_export_write(ctl, args->option[CMD_EXPORT_OUTPUT], png,
                                  len);
    }

    free(png);

    return status;
}


static ctl_status_t
cmd_export_check(ctl_t *ctl, const ctl_args_t *args, unsigned *scale)
{
    char           *end;
    uint8_t         uuid[16];
    const char     *archive, *text;
    unsigned long   number;

    archive = args->option[CMD_EXPORT_ARCHIVE];
    text = args->option[CMD_EXPORT_SCALE];

    if (args->option[CMD_EXPORT_OUTPUT] == NULL) {
        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "export-png: where to? give -o FILE");
    }

    if (archive != NULL && args->option[CMD_EXPORT_LIVE] != NULL) {
        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "export-png: --archive or --live, not both");
    }

    if (archive != NULL
        && canvas_uuid_parse(archive, strlen(archive), uuid) != CANVAS_OK)
    {
        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "export-png: \"%s\" is no UUID; the id of an "
                             "archive is in GET /api/archives", archive);
    }

    number = text != NULL ? strtoul(text, &end, 10) : 1;

    if (text != NULL && (*text < '0' || *text > '9' || *end != '\0'
                         || number < 1 || number > CMD_EXPORT_SCALE_MAX))
    {
        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "export-png: --scale is a number from 1 to %d",
                             CMD_EXPORT_SCALE_MAX);
    }

    *scale = number;

    return CTL_OK;
}


static ctl_status_t
cmd_export_live(ctl_t *ctl, unsigned scale, uint8_t **png, size_t *len)
{
    ctl_status_t         status;
    ctl_canvas_hello_t   hello;
    ctl_canvas_image_t   image;

    status = ctl_canvas_hello(&ctl->redis, &hello);

    if (status == CTL_OK) {
        status = ctl_canvas_read(&ctl->redis, &image);
    }

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "Redis holds no canvas: run canvas-helper "
                             "migrate, or restore");
    }

    if (status != CTL_OK) {
        return status;
    }

    if (hello.colors != ctl->conf.palette.n) {
        status = ctl_error_set(&ctl->error, CTL_FAILED,
                               "the canvas has %u colours, setting "
                               "\"palette\" has %u", hello.colors,
                               ctl->conf.palette.n);
    } else {
        status = ctl_archive_draw(image.state, image.len, hello.width,
                                  hello.height, &ctl->conf.palette, scale,
                                  png, len, &ctl->error);
    }

    ctl_canvas_image_free(&image);

    return status;
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
