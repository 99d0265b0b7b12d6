/*
 * import-events: a public r/place event file, or one of export-events,
 * becomes an archived week, or the content of a fresh canvas.
 */

#include "ctl.h"

#include "canvas_grid.h"
#include "ctl_arg.h"
#include "ctl_base64.h"
#include "ctl_bytea.h"
#include "ctl_fresh.h"
#include "ctl_geometry.h"
#include "ctl_import.h"
#include "ctl_load.h"
#include "ctl_pgarray.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CMD_IMPORT_LOCK        "canvas:import"
#define CMD_IMPORT_MODE        "classic"

#define CMD_IMPORT_JOBS        2

/* indexes of a hundred million rows */
#define CMD_IMPORT_TIMEOUT_MS  3600000

enum {
    CMD_IMPORT_FORMAT,
    CMD_IMPORT_SIZE,
    CMD_IMPORT_PALETTE,
    CMD_IMPORT_GAME_MODE,
    CMD_IMPORT_LIVE,
    CMD_IMPORT_SKIP,
    CMD_IMPORT_JOBS_N,
    CMD_IMPORT_PART,
    CMD_IMPORT_JSON
};

typedef struct {
    ctl_t             *ctl;
    const ctl_args_t  *args;
    bool               live;
    const char        *mode;            /* slug */
    ctl_import_t       import;
    ctl_geometry_t     geometry;
    ctl_load_t         load;
    char               epoch[24];
    char               archive[40];     /* "": live */
} cmd_import_t;


static ctl_status_t cmd_import_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_import_check(cmd_import_t *job, const char **palette,
    ctl_csv_form_t *form);
static ctl_status_t cmd_import_size(cmd_import_t *job);
static ctl_status_t cmd_import_parts(cmd_import_t *job);
static ctl_status_t cmd_import_file(cmd_import_t *job, const char *palette);
static ctl_status_t cmd_import_live(cmd_import_t *job);
static ctl_status_t cmd_import_store(cmd_import_t *job);
static void cmd_import_undo(cmd_import_t *job);
static ctl_status_t cmd_import_epoch(cmd_import_t *job);
static ctl_status_t cmd_import_finish(cmd_import_t *job);
static ctl_status_t cmd_import_fill(cmd_import_t *job, const char *parts);
static ctl_status_t cmd_import_archive(cmd_import_t *job,
    const char *parts);
static ctl_status_t cmd_import_insert(cmd_import_t *job, const char *base64,
    const char *gzip, const char *palette, const char *parts);
static void cmd_import_print(const cmd_import_t *job);


static const ctl_option_t  cmd_import_options[] = {
    { "format", 'f', "FORM", "2017, 2022 or auto (by the header)" },
    { "canvas-size", 's', "WxH", "what is outside is malformed" },
    { "palette", 'p', "NAME", "2017, canvas, found, or a file" },
    { "mode", 'm', "SLUG", "game mode of the archive (classic)" },
    { "live", 0, NULL, "fill the running canvas, which must be fresh" },
    { "skip-bad", 0, NULL, "leave malformed lines out and count them" },
    { "jobs", 'j', "N", "connections that load at a time (2)" },
    { "part", 0, "EVENTS", "rows of a table; a week may have several" },
    { "json", 0, NULL, "print the result as JSON" },
    { NULL, 0, NULL, NULL }
};

const ctl_command_t  cmd_import_events = {
    .name = "import-events",
    .synopsis = "[OPTION...] FILE.csv[.gz|.gzip]|-",
    .summary = "make a week of a public r/place event file",
    .text = "Reads the CSV files of the r/place events of 2017 and 2022, and "
            "what\nexport-events writes; gzip or not.  The file becomes an "
            "archived week of its own,\nor with --live the content of the "
            "running canvas.  All of it or nothing; the same\nfile is not "
            "taken twice.  Lines may be in any order.\n\n"
            "Colours: the 2017 form has numbers, which mean the palette of "
            "that event unless\n--palette says another one.  Of the 2022 "
            "form the palette of the canvas is taken\nif it has all the "
            "colours, otherwise those found, up to 256.  A file of colours "
            "has\none #RRGGBB a line.\n",
    .options = cmd_import_options,
    .min_args = 1,
    .max_args = 1,
    .run = cmd_import_run
};


static ctl_status_t
cmd_import_run(ctl_t *ctl, const ctl_args_t *args)
{
    const char      *palette;
    cmd_import_t     job;
    ctl_status_t     status;
    ctl_csv_form_t   form;

    memset(&job, 0, sizeof(job));
    job.ctl = ctl;
    job.args = args;

    status = cmd_import_check(&job, &palette, &form);
    if (status != CTL_OK) {
        return status;
    }

    status = ctl_import_open(&job.import, args->arg[0], form, &ctl->error);

    if (status == CTL_OK) {
        status = cmd_import_size(&job);
    }

    if (status == CTL_OK) {
        status = cmd_import_parts(&job);
    }

    if (status == CTL_OK) {
        status = cmd_import_file(&job, palette);
    }

    if (status == CTL_OK) {
        status = cmd_import_store(&job);
    }

    if (status == CTL_OK) {
        cmd_import_print(&job);
    }

    if (status == CTL_OK && job.live) {
        status = ctl_fresh_show(ctl, args->option[CMD_IMPORT_JSON] != NULL);
    }

    ctl_load_free(&job.load);
    ctl_import_close(&job.import);

    return status;
}


static ctl_status_t
cmd_import_check(cmd_import_t *job, const char **palette,
    ctl_csv_form_t *form)
{
    const char         *name;
    const ctl_args_t   *args;

    args = job->args;
    name = args->option[CMD_IMPORT_FORMAT];
    job->live = args->option[CMD_IMPORT_LIVE] != NULL;
    job->mode = args->option[CMD_IMPORT_GAME_MODE];
    *palette = args->option[CMD_IMPORT_PALETTE];
    *form = CTL_CSV_NONE;

    if (name != NULL && strcmp(name, "auto") != 0) {
        *form = ctl_csv_form(name);

        if (*form == CTL_CSV_NONE) {
            return ctl_error_set(&job->ctl->error, CTL_USAGE,
                                 "import-events: --format is 2017, 2022 or "
                                 "auto");
        }
    }

    if (!job->live) {
        job->mode = job->mode != NULL ? job->mode : CMD_IMPORT_MODE;
        return CTL_OK;
    }

    if (*palette != NULL || args->option[CMD_IMPORT_SIZE] != NULL
        || job->mode != NULL)
    {
        return ctl_error_set(&job->ctl->error, CTL_USAGE,
                             "import-events: --live takes palette, size and "
                             "mode of the canvas");
    }

    *palette = "canvas";

    return CTL_OK;
}


static ctl_status_t
cmd_import_size(cmd_import_t *job)
{
    char           rest;
    unsigned       width, height;
    const char    *text;
    ctl_import_t  *import;

    import = &job->import;
    import->rules.skip_bad = job->args->option[CMD_IMPORT_SKIP] != NULL;
    text = job->args->option[CMD_IMPORT_SIZE];

    if (text == NULL) {
        return CTL_OK;
    }

    if (strspn(text, "0123456789x") != strlen(text)
        || sscanf(text, "%5ux%5u%c", &width, &height, &rest) != 2
        || width < 1 || width > 65535 || height < 1 || height > 65535
        || width * height > CTL_BLOCK_AREA_MAX)
    {
        return ctl_error_set(&job->ctl->error, CTL_USAGE,
                             "import-events: --canvas-size is WIDTHxHEIGHT, "
                             "at most %d pixels", CTL_BLOCK_AREA_MAX);
    }

    import->rules.width = width;
    import->rules.height = height;

    return CTL_OK;
}


static ctl_status_t
cmd_import_parts(cmd_import_t *job)
{
    uint64_t            jobs, events;
    const char         *text;
    const ctl_args_t   *args;

    args = job->args;
    jobs = CMD_IMPORT_JOBS;
    events = 0;

    text = args->option[CMD_IMPORT_JOBS_N];
    if (text != NULL && !ctl_arg_number(text, 1, CTL_LOAD_JOBS_MAX, &jobs)) {
        return ctl_error_set(&job->ctl->error, CTL_USAGE,
                             "import-events: --jobs is a number from 1 to %d",
                             CTL_LOAD_JOBS_MAX);
    }

    text = args->option[CMD_IMPORT_PART];
    if (text != NULL && !ctl_arg_number(text, 1, CTL_LOAD_PART_MAX, &events)) {
        return ctl_error_set(&job->ctl->error, CTL_USAGE,
                             "import-events: --part is a number from 1 to %d",
                             CTL_LOAD_PART_MAX);
    }

    job->load.jobs = jobs;
    job->load.part_events = events;

    return CTL_OK;
}


/* the lock comes before hours of reading, the transaction after them */
static ctl_status_t
cmd_import_file(cmd_import_t *job, const char *palette)
{
    ctl_t         *ctl;
    ctl_status_t   status;

    ctl = job->ctl;
    ctl->pg.timeout_ms = CMD_IMPORT_TIMEOUT_MS;

    status = ctl_pg_connect(&ctl->pg);

    if (status == CTL_OK) {
        status = ctl_geometry_canvas(&job->geometry, &ctl->pg);
    }

    if (status == CTL_OK) {
        status = ctl_pg_lock(&ctl->pg, CMD_IMPORT_LOCK, false);

        if (status == CTL_NOT_DUE) {
            return ctl_error_set(&ctl->error, CTL_NOT_DUE,
                                 "another import is running");
        }
    }

    /* what another one left that was killed */
    if (status == CTL_OK) {
        status = ctl_pg_run(&ctl->pg, "SELECT import_clear()", 0, NULL);
    }

    if (status == CTL_OK && job->live) {
        status = cmd_import_live(job);
    }

    if (status == CTL_OK) {
        status = ctl_geometry_before(&job->geometry, &job->import, palette,
                                     &ctl->error);
    }

    if (status == CTL_OK) {
        status = ctl_import_read(&job->import, &ctl->error);
    }

    if (status == CTL_OK) {
        status = ctl_geometry_after(&job->geometry, &job->import, palette,
                                    &ctl->error);
    }

    return status;
}


static ctl_status_t
cmd_import_live(cmd_import_t *job)
{
    uint64_t      epoch;
    ctl_status_t  status;

    status = ctl_fresh_begin(job->ctl, &epoch);

    if (status == CTL_OK) {
        snprintf(job->epoch, sizeof(job->epoch), "%" PRIu64, epoch);
        job->import.rules.width = job->geometry.canvas_width;
        job->import.rules.height = job->geometry.canvas_height;
    }

    return status;
}


/* parts are staged, and one transaction makes all of them a week */
static ctl_status_t
cmd_import_store(cmd_import_t *job)
{
    ctl_load_t    *load;
    ctl_status_t   status;

    load = &job->load;
    status = job->live ? CTL_OK : cmd_import_epoch(job);

    if (status == CTL_OK) {
        load->pg = &job->ctl->pg;
        load->sort = job->import.sort;
        load->epoch = strtoull(job->epoch, NULL, 10);
        load->width = job->geometry.width;
        load->height = job->geometry.height;
        load->background = job->geometry.background;
        load->map = job->geometry.map;

        status = ctl_load_run(load);
    }

    if (status == CTL_OK) {
        status = ctl_pg_begin(load->pg);
    }

    if (status == CTL_OK) {
        status = cmd_import_finish(job);
    }

    if (status == CTL_OK) {
        status = ctl_pg_commit(load->pg);
    }

    if (status != CTL_OK) {
        cmd_import_undo(job);
    }

    return status;
}


/* if this fails too, the next import or maintain does it */
static void
cmd_import_undo(cmd_import_t *job)
{
    ctl_t        *ctl;
    ctl_error_t   kept;

    ctl = job->ctl;
    kept = ctl->error;

    ctl_load_free(&job->load);
    ctl_pg_rollback(&ctl->pg);
    ctl_pg_run(&ctl->pg, "SELECT import_clear()", 0, NULL);
    ctl->error = kept;
}


static ctl_status_t
cmd_import_epoch(cmd_import_t *job)
{
    PGresult          *result;
    const char *const  values[] = { job->import.checksum };

    result = ctl_pg_query(&job->ctl->pg, "SELECT import_begin($1)", 1,
                          values);
    if (result == NULL) {
        return job->ctl->error.status;
    }

    snprintf(job->epoch, sizeof(job->epoch), "%s", PQgetvalue(result, 0, 0));
    PQclear(result);

    return CTL_OK;
}


static ctl_status_t
cmd_import_finish(cmd_import_t *job)
{
    char          *parts;
    ctl_status_t   status;

    parts = ctl_pgarray_numbers(job->load.parts, job->load.nparts);
    if (parts == NULL) {
        return ctl_error_memory(&job->ctl->error);
    }

    status = job->live ? cmd_import_fill(job, parts)
                       : cmd_import_archive(job, parts);
    free(parts);

    return status;
}


static ctl_status_t
cmd_import_fill(cmd_import_t *job, const char *parts)
{
    char               events[24];
    const char *const  values[] = { job->epoch, events, parts };

    snprintf(events, sizeof(events), "%" PRIu64, job->load.events);

    return ctl_pg_run(&job->ctl->pg, "SELECT import_live($1, $2, $3)", 3,
                      values);
}


/* the final picture in the forms that an archive has */
static ctl_status_t
cmd_import_archive(cmd_import_t *job, const char *parts)
{
    char              *base64, *gzip, *palette;
    size_t             n, len;
    uint8_t           *packed;
    unsigned           bits;
    ctl_status_t       status;
    ctl_geometry_t    *geometry;

    geometry = &job->geometry;
    bits = canvas_palette_bits(&geometry->palette);
    n = (size_t) geometry->width * geometry->height;
    len = canvas_grid_packed_size(n, bits);

    packed = malloc(len);
    base64 = NULL;
    gzip = NULL;
    palette = ctl_pgarray_palette(&geometry->palette);

    if (packed != NULL) {
        canvas_grid_pack(packed, job->load.pixels, n, bits);
        base64 = ctl_base64_encode(packed, len);
    }

    status = base64 != NULL && palette != NULL
             ? ctl_bytea_pack(packed, len, &gzip, &job->ctl->error)
             : ctl_error_memory(&job->ctl->error);

    if (status == CTL_OK) {
        status = cmd_import_insert(job, base64, gzip, palette, parts);
    }

    free(packed);
    free(base64);
    free(gzip);
    free(palette);

    return status;
}


static ctl_status_t
cmd_import_insert(cmd_import_t *job, const char *base64, const char *gzip,
    const char *palette, const char *parts)
{
    char               events[24], skipped[24], first[24], last[24],
                       width[16], height[16], background[16];
    PGresult          *result;
    const char *const  values[] = {
        job->epoch, job->import.checksum, ctl_csv_name(job->import.rules.form),
        job->mode, events, skipped, first, last, base64, gzip, width, height,
        background, palette, parts
    };

    snprintf(events, sizeof(events), "%" PRIu64, job->load.events);
    snprintf(skipped, sizeof(skipped), "%" PRIu64, job->import.skipped);
    snprintf(first, sizeof(first), "%" PRId64, job->load.first_ms);
    snprintf(last, sizeof(last), "%" PRId64, job->load.last_ms);
    snprintf(width, sizeof(width), "%u", job->geometry.width);
    snprintf(height, sizeof(height), "%u", job->geometry.height);
    snprintf(background, sizeof(background), "%u", job->geometry.background);

    result = ctl_pg_query(&job->ctl->pg,
                          "SELECT import_archive($1, $2, $3, $4, $5, $6, $7, "
                          "$8, $9, $10, $11, $12, $13, $14, $15)", 15,
                          values);
    if (result == NULL) {
        return job->ctl->error.status;
    }

    snprintf(job->archive, sizeof(job->archive), "%s",
             PQgetvalue(result, 0, 0));
    PQclear(result);

    return CTL_OK;
}


static void
cmd_import_print(const cmd_import_t *job)
{
    const ctl_geometry_t  *geometry;

    geometry = &job->geometry;

    if (job->args->option[CMD_IMPORT_JSON] != NULL) {
        printf("{\"archiveId\":%s%s%s,\"form\":\"%s\",\"events\":%" PRIu64
               ",\"skipped\":%" PRIu64 ",\"width\":%u,\"height\":%u,"
               "\"colors\":%u}\n", job->live ? "null" : "\"",
               job->archive, job->live ? "" : "\"",
               ctl_csv_name(job->import.rules.form), job->load.events,
               job->import.skipped, geometry->width, geometry->height,
               geometry->palette.n);
        return;
    }

    printf("imported %" PRIu64 " events", job->load.events);

    if (job->import.skipped > 0) {
        printf(", %" PRIu64 " lines left out", job->import.skipped);
    }

    printf(": %s%s, %ux%u, %u colours\n", job->live ? "the running canvas"
           : "archive ", job->archive, geometry->width, geometry->height,
           geometry->palette.n);
}
