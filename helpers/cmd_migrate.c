/*
 * migrate: makes both stores ready: SQL, the Function library, the consumer
 * group, and the first canvas.  Safe to run at every start and by two at
 * once: a PostgreSQL advisory lock lets one after the other.
 */

#include "ctl.h"

#include "ctl_canvas.h"
#include "ctl_group.h"
#include "ctl_library.h"
#include "ctl_pgarray.h"
#include "ctl_sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CMD_MIGRATE_LOCK  "canvas:migrate"

enum {
    CMD_MIGRATE_JSON
};

typedef struct {
    ctl_sql_done_t   sql;
    bool             library;           /* loaded */
    bool             canvas;            /* initialised */
} cmd_migrate_done_t;


static ctl_status_t cmd_migrate_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_migrate_all(ctl_t *ctl, cmd_migrate_done_t *done);
static ctl_status_t cmd_migrate_canvas(ctl_t *ctl, bool *made);
static ctl_status_t cmd_migrate_init(ctl_t *ctl, bool *made);
static ctl_status_t cmd_migrate_setup(ctl_t *ctl, PGresult **result);


static const ctl_option_t  cmd_migrate_options[] = {
    { "json", 0, NULL, "print what was done as JSON" },
    { NULL, 0, NULL, NULL }
};

const ctl_command_t  cmd_migrate = {
    .name = "migrate",
    .synopsis = "[--json]",
    .summary = "bring PostgreSQL and Redis to this version",
    .text = "Applies SQL migrations, functions and roles, loads the Function "
            "library into\nRedis if its text differs (which begins a new "
            "epoch), and begins the first\ncanvas when there is none.  Run "
            "it at every start; it needs the rights of the\ndatabase's "
            "owner.\n",
    .options = cmd_migrate_options,
    .run = cmd_migrate_run
};


static ctl_status_t
cmd_migrate_run(ctl_t *ctl, const ctl_args_t *args)
{
    ctl_status_t        status;
    cmd_migrate_done_t  done;

    memset(&done, 0, sizeof(done));

    status = ctl_pg_connect(&ctl->pg);

    if (status == CTL_OK) {
        status = ctl_pg_lock(&ctl->pg, CMD_MIGRATE_LOCK, true);
    }

    if (status == CTL_OK) {
        status = cmd_migrate_all(ctl, &done);
    }

    if (status != CTL_OK) {
        return status;
    }

    if (args->option[CMD_MIGRATE_JSON] != NULL) {
        printf("{\"migrations\":%u,\"functions\":%u,\"library\":%s,"
               "\"canvas\":%s}\n", done.sql.migrations, done.sql.functions,
               done.library ? "true" : "false",
               done.canvas ? "true" : "false");
        return CTL_OK;
    }

    printf("PostgreSQL: %u migrations and %u functions applied\n"
           "Redis: library %s, canvas %s\n", done.sql.migrations,
           done.sql.functions, done.library ? "loaded" : "up to date",
           done.canvas ? "begun" : "found");

    return CTL_OK;
}


static ctl_status_t
cmd_migrate_all(ctl_t *ctl, cmd_migrate_done_t *done)
{
    ctl_status_t  status;

    status = ctl_sql_apply(&ctl->pg, ctl->conf.sql_dir, &done->sql);

    if (status == CTL_OK) {
        status = ctl_library_load(&ctl->redis, &done->library);
    }

    if (status == CTL_OK) {
        status = ctl_group_create(&ctl->redis);
    }

    if (status == CTL_OK) {
        status = cmd_migrate_canvas(ctl, &done->canvas);
    }

    return status;
}


static ctl_status_t
cmd_migrate_canvas(ctl_t *ctl, bool *made)
{
    ctl_status_t        status;
    ctl_canvas_hello_t  hello;

    status = ctl_canvas_hello(&ctl->redis, &hello);

    if (status == CTL_NOT_DUE) {
        return cmd_migrate_init(ctl, made);
    }

    if (status == CTL_OK && (hello.width != ctl->conf.width
                             || hello.height != ctl->conf.height
                             || hello.colors != ctl->conf.palette.n))
    {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "the canvas in Redis is %ux%u with %u colours, "
                             "the settings say %ux%u with %u: put settings "
                             "\"size\" and \"palette\" right",
                             hello.width, hello.height, hello.colors,
                             ctl->conf.width, ctl->conf.height,
                             ctl->conf.palette.n);
    }

    return status;
}


static ctl_status_t
cmd_migrate_init(ctl_t *ctl, bool *made)
{
    PGresult           *result;
    ctl_status_t        status;
    ctl_canvas_page_t   page;

    status = cmd_migrate_setup(ctl, &result);
    if (status != CTL_OK) {
        return status;
    }

    if (PQgetvalue(result, 0, 5)[0] == 't') {
        PQclear(result);
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "PostgreSQL has a canvas, Redis has none: run "
                             "canvas-helper restore");
    }

    page.width = ctl->conf.width;
    page.height = ctl->conf.height;
    page.colors = ctl->conf.palette.n;
    page.background = ctl->conf.background;
    page.game_mode = PQgetvalue(result, 0, 0);
    page.rules = PQgetvalue(result, 0, 1);
    page.cooldown_ms = PQgetvalue(result, 0, 2);
    page.week_number = PQgetvalue(result, 0, 3);
    page.year = PQgetvalue(result, 0, 4);

    status = ctl_canvas_init(&ctl->redis, &page);
    PQclear(result);

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "Redis holds a damaged canvas: run "
                             "canvas-helper restore, or delete the keys %s* "
                             "if there is nothing to save",
                             ctl->conf.redis_prefix);
    }

    *made = status == CTL_OK;

    return status;
}


static ctl_status_t
cmd_migrate_setup(ctl_t *ctl, PGresult **result)
{
    char         width[16], height[16], background[16], *palette;
    const char  *values[4];

    palette = ctl_pgarray_palette(&ctl->conf.palette);
    if (palette == NULL) {
        return ctl_error_memory(&ctl->error);
    }

    snprintf(width, sizeof(width), "%u", ctl->conf.width);
    snprintf(height, sizeof(height), "%u", ctl->conf.height);
    snprintf(background, sizeof(background), "%u", ctl->conf.background);

    values[0] = width;
    values[1] = height;
    values[2] = background;
    values[3] = palette;

    *result = ctl_pg_query(&ctl->pg,
                           "SELECT game_mode, rules::text, "
                           "coalesce(rules->>'cooldown_ms', ''), "
                           "week_number, year, known "
                           "FROM canvas_setup($1, $2, $3, $4)", 4, values);
    free(palette);

    return *result != NULL ? CTL_OK : ctl->error.status;
}
