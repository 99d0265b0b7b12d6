/*
 * export-events: the log as a CSV file of the public r/place forms, users
 * replaced by pseudonyms.
 */

#include "ctl.h"

#include "canvas_id.h"
#include "ctl_csv.h"
#include "ctl_output.h"
#include "ctl_pgarray.h"
#include "ctl_progress.h"
#include "ctl_pseudonym.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CMD_DUMP_FETCH       "FETCH 20000 FROM dump"

/* a cursor in log order sorts a week before its first row */
#define CMD_DUMP_TIMEOUT_MS  3600000

enum {
    CMD_DUMP_ARCHIVE,
    CMD_DUMP_LIVE,
    CMD_DUMP_FROM,
    CMD_DUMP_TO,
    CMD_DUMP_FORMAT,
    CMD_DUMP_OUTPUT,
    CMD_DUMP_GZIP,
    CMD_DUMP_ANONYMOUS
};

/* columns of cmd_dump_sql */
enum {
    CMD_DUMP_MS,
    CMD_DUMP_ACTOR,
    CMD_DUMP_X,
    CMD_DUMP_Y,
    CMD_DUMP_COLOR
};

typedef struct {
    ctl_t              *ctl;
    const ctl_args_t   *args;
    ctl_csv_form_t      form;
    canvas_palette_t    palette;
    ctl_pseudonym_t     pseudonym;
    ctl_output_t        output;
    uint64_t            events;
    char                actor[CANVAS_UUID_LEN + 1];     /* the last one, */
    char                user[CTL_PSEUDONYM_LEN + 1];    /* and its name */
} cmd_dump_t;


static ctl_status_t cmd_dump_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_dump_check(cmd_dump_t *dump);
static ctl_status_t cmd_dump_key(cmd_dump_t *dump);
static ctl_status_t cmd_dump_palette(cmd_dump_t *dump);
static ctl_status_t cmd_dump_events(cmd_dump_t *dump);
static ctl_status_t cmd_dump_header(cmd_dump_t *dump);
static ctl_status_t cmd_dump_fetch(cmd_dump_t *dump, bool *more);
static ctl_status_t cmd_dump_row(cmd_dump_t *dump, const PGresult *result,
    int row);
static ctl_status_t cmd_dump_user(cmd_dump_t *dump, const char *actor);


static const ctl_option_t  cmd_dump_options[] = {
    { "archive", 'a', "ID", "an archived week (UUID)" },
    { "live", 0, NULL, "the running week (what is done without)" },
    { "from", 0, "TIME", "events from this time on, of any week" },
    { "to", 0, "TIME", "events before this time, of any week" },
    { "format", 'f', "FORM", "2017 or 2022; required" },
    { "output", 'o', "FILE", "where to; - is standard output" },
    { "gzip", 'z', NULL, "compressed" },
    { "anonymous-run", 0, NULL, "a random key, of this run alone" },
    { NULL, 0, NULL, NULL }
};

static const char  cmd_dump_palette_sql[] =
    "SELECT palette FROM canvas_archives WHERE id = $1 "
    "UNION ALL SELECT palette FROM current_canvas WHERE $1 IS NULL";

/* what nobody placed is of a user of its own: the file replays as the log */
static const char  cmd_dump_sql[] =
    "DECLARE dump NO SCROLL CURSOR FOR "
    "SELECT (date_part('epoch', e.created_at) * 1000)::bigint, "
    "       coalesce(e.user_id, e.agent_id, "
    "                '00000000-0000-0000-0000-000000000000'), "
    "       e.x, e.y, e.color "
    "  FROM export_ranges($1, $2) r "
    "  JOIN pixel_events e ON e.epoch = r.epoch AND e.seq > r.from_seq "
    "                     AND e.seq <= r.to_seq "
    " WHERE e.created_at >= coalesce($3::timestamptz, '-infinity') "
    "   AND e.created_at < coalesce($4::timestamptz, 'infinity') "
    " ORDER BY e.epoch, e.seq";

const ctl_command_t  cmd_export_events = {
    .name = "export-events",
    .synopsis = "[--archive ID | --live | --from TIME --to TIME] "
                "--format 2017|2022 -o FILE",
    .summary = "write the log as a public r/place event file",
    .text = "The CSV files of the r/place events, so that their tools work: "
            "2017 has colours\nby number, 2022 as #RRGGBB.  Users are the "
            "base64 of a hash with the secret of\nsetting \"events_key\": "
            "the same in every file that is made with this key.\nFrom "
            "PostgreSQL, in the order of the log; imported weeks by --archive "
            "alone.\nTIME as PostgreSQL reads it, UTC: \"2026-01-31 14:00\".  "
            "The file is replaced as a\nwhole or left as it was.\n",
    .options = cmd_dump_options,
    .run = cmd_dump_run
};


static ctl_status_t
cmd_dump_run(ctl_t *ctl, const ctl_args_t *args)
{
    cmd_dump_t    dump;
    ctl_status_t  status;

    memset(&dump, 0, sizeof(dump));
    dump.ctl = ctl;
    dump.args = args;
    ctl->pg.timeout_ms = CMD_DUMP_TIMEOUT_MS;

    status = cmd_dump_check(&dump);

    if (status == CTL_OK) {
        status = cmd_dump_key(&dump);
    }

    if (status != CTL_OK) {
        return status;
    }

    status = cmd_dump_palette(&dump);

    if (status == CTL_OK) {
        status = ctl_output_open(&dump.output, args->option[CMD_DUMP_OUTPUT],
                                 args->option[CMD_DUMP_GZIP] != NULL,
                                 &ctl->error);

        if (status == CTL_OK) {
            status = cmd_dump_events(&dump);
        }

        ctl_output_close(&dump.output);
    }

    ctl_pseudonym_close(&dump.pseudonym);

    return status;
}


static ctl_status_t
cmd_dump_check(cmd_dump_t *dump)
{
    bool         span;
    uint8_t      uuid[16];
    const char  *archive, *form, *output, *wrong;

    archive = dump->args->option[CMD_DUMP_ARCHIVE];
    form = dump->args->option[CMD_DUMP_FORMAT];
    output = dump->args->option[CMD_DUMP_OUTPUT];
    span = dump->args->option[CMD_DUMP_FROM] != NULL
           || dump->args->option[CMD_DUMP_TO] != NULL;
    dump->form = form != NULL ? ctl_csv_form(form) : CTL_CSV_NONE;
    wrong = NULL;

    if (dump->form == CTL_CSV_NONE) {
        wrong = "which form? give --format 2017 or 2022";

    } else if (output == NULL) {
        wrong = "where to? give -o FILE";

    } else if ((archive != NULL) + span
               + (dump->args->option[CMD_DUMP_LIVE] != NULL) > 1)
    {
        wrong = "--archive, --live, or --from and --to: one of them";

    } else if (archive != NULL
               && canvas_uuid_parse(archive, strlen(archive), uuid)
                  != CANVAS_OK)
    {
        wrong = "--archive is a UUID; the id of an archive is in GET "
                "/api/archives";

    } else if (strcmp(output, "-") == 0 && isatty(STDOUT_FILENO)
               && dump->args->option[CMD_DUMP_GZIP] != NULL)
    {
        wrong = "gzip is nothing for a terminal: give -o FILE, or redirect";
    }

    return wrong == NULL ? CTL_OK
           : ctl_error_set(&dump->ctl->error, CTL_USAGE, "export-events: %s",
                           wrong);
}


static ctl_status_t
cmd_dump_key(cmd_dump_t *dump)
{
    bool         random;
    const char  *key;

    random = dump->args->option[CMD_DUMP_ANONYMOUS] != NULL;
    key = dump->ctl->conf.events_key;

    if (!random && strlen(key) < CTL_PSEUDONYM_KEY_MIN) {
        return ctl_error_set(&dump->ctl->error, CTL_USAGE,
                             "export-events: setting \"events_key\" is %s: "
                             "\"openssl rand -base64 32\" makes one; "
                             "--anonymous-run does without",
                             *key == '\0' ? "missing"
                             : "shorter than 16 characters");
    }

    return ctl_pseudonym_open(&dump->pseudonym, random ? NULL : key,
                              &dump->ctl->error);
}


static ctl_status_t
cmd_dump_palette(cmd_dump_t *dump)
{
    PGresult          *result;
    ctl_status_t       status;
    const char *const  values[] = { dump->args->option[CMD_DUMP_ARCHIVE] };

    result = ctl_pg_query(&dump->ctl->pg, cmd_dump_palette_sql, 1, values);
    if (result == NULL) {
        return dump->ctl->error.status;
    }

    status = CTL_OK;

    if (PQntuples(result) != 1) {
        status = ctl_error_set(&dump->ctl->error, CTL_FAILED, "no archive %s",
                               values[0] != NULL ? values[0] : "");

    } else if (ctl_pgarray_parse(PQgetvalue(result, 0, 0), &dump->palette)
               != CANVAS_OK)
    {
        status = ctl_error_set(&dump->ctl->error, CTL_FAILED,
                               "the palette in PostgreSQL is damaged");
    }

    PQclear(result);

    return status;
}


static ctl_status_t
cmd_dump_events(cmd_dump_t *dump)
{
    bool               more;
    ctl_pg_t          *pg;
    ctl_status_t       status;
    const char *const *option = dump->args->option;
    const char *const  values[] = {
        option[CMD_DUMP_ARCHIVE],
        option[CMD_DUMP_FROM] == NULL && option[CMD_DUMP_TO] == NULL
            ? "true" : "false",
        option[CMD_DUMP_FROM], option[CMD_DUMP_TO]
    };

    pg = &dump->ctl->pg;
    ctl_progress("sorting");

    status = ctl_pg_begin(pg);

    if (status == CTL_OK) {
        status = ctl_pg_run(pg, cmd_dump_sql, 4, values);
    }

    if (status == CTL_OK) {
        status = cmd_dump_header(dump);
    }

    more = true;

    while (status == CTL_OK && more) {
        status = cmd_dump_fetch(dump, &more);
        ctl_progress("%" PRIu64 " events", dump->events);
    }

    ctl_progress_end();
    ctl_pg_rollback(pg);

    return status == CTL_OK ? ctl_output_commit(&dump->output,
                                                &dump->ctl->error)
                            : status;
}


static ctl_status_t
cmd_dump_header(cmd_dump_t *dump)
{
    char          *p;
    ctl_status_t   status;

    status = ctl_output_room(&dump->output, CTL_CSV_LINE_MAX, &p,
                             &dump->ctl->error);

    if (status == CTL_OK) {
        ctl_output_put(&dump->output,
                       sprintf(p, "%s\n", ctl_csv_header_line(dump->form)));
    }

    return status;
}


static ctl_status_t
cmd_dump_fetch(cmd_dump_t *dump, bool *more)
{
    int            row, n;
    PGresult      *result;
    ctl_status_t   status;

    result = ctl_pg_query(&dump->ctl->pg, CMD_DUMP_FETCH, 0, NULL);
    if (result == NULL) {
        return dump->ctl->error.status;
    }

    n = PQntuples(result);
    *more = n > 0;
    status = CTL_OK;

    for (row = 0; row < n && status == CTL_OK; row++) {
        status = cmd_dump_row(dump, result, row);
    }

    PQclear(result);

    return status;
}


static ctl_status_t
cmd_dump_row(cmd_dump_t *dump, const PGresult *result, int row)
{
    char            *p;
    unsigned         color;
    ctl_status_t     status;
    ctl_csv_row_t    csv;
    const uint8_t   *rgb;

    color = atoi(PQgetvalue(result, row, CMD_DUMP_COLOR));

    if (color >= dump->palette.n) {
        return ctl_error_set(&dump->ctl->error, CTL_FAILED,
                             "the log has colour %u, the palette %u",
                             color, dump->palette.n);
    }

    status = cmd_dump_user(dump, PQgetvalue(result, row, CMD_DUMP_ACTOR));

    if (status == CTL_OK) {
        status = ctl_output_room(&dump->output, CTL_CSV_LINE_MAX, &p,
                                 &dump->ctl->error);
    }

    if (status != CTL_OK) {
        return status;
    }

    rgb = dump->palette.rgb[color];

    csv.ms = strtoll(PQgetvalue(result, row, CMD_DUMP_MS), NULL, 10);
    csv.user = dump->user;
    csv.user_len = strlen(dump->user);
    csv.color = dump->form == CTL_CSV_2017 ? color
                : (uint32_t) rgb[0] << 16 | (uint32_t) rgb[1] << 8 | rgb[2];
    csv.x1 = atoi(PQgetvalue(result, row, CMD_DUMP_X));
    csv.y1 = atoi(PQgetvalue(result, row, CMD_DUMP_Y));

    ctl_output_put(&dump->output, ctl_csv_write(dump->form, &csv, p));
    dump->events++;

    return CTL_OK;
}


/* runs of one user are frequent: a hash is made when the actor changes */
static ctl_status_t
cmd_dump_user(cmd_dump_t *dump, const char *actor)
{
    uint8_t  uuid[16];

    if (strcmp(actor, dump->actor) == 0) {
        return CTL_OK;
    }

    if (canvas_uuid_parse(actor, strlen(actor), uuid) != CANVAS_OK) {
        return ctl_error_set(&dump->ctl->error, CTL_FAILED,
                             "\"%s\" is no UUID", actor);
    }

    snprintf(dump->actor, sizeof(dump->actor), "%s", actor);

    return ctl_pseudonym_make(&dump->pseudonym, dump->form, uuid, dump->user,
                              &dump->ctl->error);
}
