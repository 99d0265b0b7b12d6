/*
 * maintain: what the tables need from time to time: partitions for the weeks
 * to come, retention, statistics of the planner.  Meant for cron.
 *
 * Runs beside everything else: what has to lock the log does so for a moment
 * and gives up when it has to wait (exit code 75, the next run does it).
 */

#include "ctl.h"

#include "ctl_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CMD_MAINTAIN_LOCK        "canvas:maintain"
#define CMD_MAINTAIN_TIMEOUT_MS  3600000

/* partitions made ahead; a recorder makes two by itself */
#define CMD_MAINTAIN_WEEKS       "4"

/* weeks and years that leave a default partition in one run */
#define CMD_MAINTAIN_MOVES       100

/* rows from which on weekly_agent_stats is worth a REINDEX */
#define CMD_MAINTAIN_REINDEX     "100000"

enum {
    CMD_MAINTAIN_WITH_REINDEX,
    CMD_MAINTAIN_JSON
};

typedef struct {
    ctl_t     *ctl;
    char       events[16];          /* settings, as parameters */
    char       imports[16];
    char       snapshots[16];

    uint64_t   made;
    uint64_t   moved;
    uint64_t   dropped;
    uint64_t   snapshots_deleted;
    uint64_t   lost_deleted;
    bool       owner;
    bool       reindexed;
} cmd_maintain_t;

typedef ctl_status_t (*cmd_maintain_step_pt)(cmd_maintain_t *job);


static ctl_status_t cmd_maintain_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_maintain_begin(cmd_maintain_t *job);
static ctl_status_t cmd_maintain_steps(cmd_maintain_t *job);
static ctl_status_t cmd_maintain_ahead(cmd_maintain_t *job);
static ctl_status_t cmd_maintain_default(cmd_maintain_t *job);
static ctl_status_t cmd_maintain_expired(cmd_maintain_t *job);
static ctl_status_t cmd_maintain_rows(cmd_maintain_t *job);
static ctl_status_t cmd_maintain_staged(cmd_maintain_t *job);
static ctl_status_t cmd_maintain_analyze(cmd_maintain_t *job);
static ctl_status_t cmd_maintain_reindex(cmd_maintain_t *job);
static ctl_status_t cmd_maintain_number(cmd_maintain_t *job, const char *sql,
    int n, const char *const *values, uint64_t *number);
static void cmd_maintain_print(const cmd_maintain_t *job, bool json);


static const ctl_option_t  cmd_maintain_options[] = {
    { "reindex", 0, NULL, "rebuild large indexes too (weekly)" },
    { "json", 0, NULL, "print the result as JSON" },
    { NULL, 0, NULL, NULL }
};

/* in this order: what leaves a default partition may be old enough to go */
static const cmd_maintain_step_pt  cmd_maintain_all[] = {
    cmd_maintain_ahead,
    cmd_maintain_default,
    cmd_maintain_expired,
    cmd_maintain_rows,
    cmd_maintain_staged,
    NULL
};

const ctl_command_t  cmd_maintain = {
    .name = "maintain",
    .synopsis = "[--reindex] [--json]",
    .summary = "make and drop partitions, delete what is old, analyze",
    .text = "Makes the partitions of the next weeks and of the next year, "
            "empties the default\npartitions, drops events and snapshots "
            "after the days of the settings \"retain_*\";\nnever those of a "
            "week that is not archived.  Then VACUUM and ANALYZE, as the "
            "owner\nof the tables; any other role leaves these to autovacuum "
            "and says so.\nBeside a running recorder, as often as you like; "
            "daily is enough.\n",
    .options = cmd_maintain_options,
    .run = cmd_maintain_run
};


static ctl_status_t
cmd_maintain_run(ctl_t *ctl, const ctl_args_t *args)
{
    ctl_status_t    status;
    cmd_maintain_t  job;

    memset(&job, 0, sizeof(job));
    job.ctl = ctl;
    snprintf(job.events, sizeof(job.events), "%u", ctl->conf.retain_events);
    snprintf(job.imports, sizeof(job.imports), "%u",
             ctl->conf.retain_imports);
    snprintf(job.snapshots, sizeof(job.snapshots), "%u",
             ctl->conf.retain_snapshots);

    status = cmd_maintain_begin(&job);
    if (status != CTL_OK) {
        return status;
    }

    status = cmd_maintain_steps(&job);

    if (status == CTL_OK && job.owner) {
        status = cmd_maintain_analyze(&job);
    }

    if (status == CTL_OK && job.owner
        && args->option[CMD_MAINTAIN_WITH_REINDEX] != NULL)
    {
        status = cmd_maintain_reindex(&job);
    }

    ctl_progress_end();

    if (status == CTL_OK) {
        cmd_maintain_print(&job, args->option[CMD_MAINTAIN_JSON] != NULL);
    }

    return status;
}


static ctl_status_t
cmd_maintain_begin(cmd_maintain_t *job)
{
    ctl_pg_t      *pg;
    PGresult      *result;
    ctl_status_t   status;

    pg = &job->ctl->pg;
    pg->timeout_ms = CMD_MAINTAIN_TIMEOUT_MS;

    status = ctl_pg_connect(pg);

    if (status == CTL_OK) {
        status = ctl_pg_lock(pg, CMD_MAINTAIN_LOCK, false);
    }

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(pg->error, CTL_NOT_DUE,
                             "another maintain is running");
    }

    if (status == CTL_OK) {
        status = ctl_pg_run(pg, "SET lock_timeout = '2s'", 0, NULL);
    }

    if (status != CTL_OK) {
        return status;
    }

    result = ctl_pg_query(pg,
                          "SELECT pg_has_role(relowner, 'USAGE') "
                          "FROM pg_class WHERE oid = "
                          "'canvas.canvas_archives'::regclass", 0, NULL);
    if (result == NULL) {
        return pg->error->status;
    }

    job->owner = PQntuples(result) == 1
                 && PQgetvalue(result, 0, 0)[0] == 't';
    PQclear(result);

    return CTL_OK;
}


/* one that has to wait does not keep the others from their work */
static ctl_status_t
cmd_maintain_steps(cmd_maintain_t *job)
{
    ctl_error_t                  later;
    ctl_status_t                 status;
    const cmd_maintain_step_pt  *step;

    memset(&later, 0, sizeof(later));

    for (step = cmd_maintain_all; *step != NULL; step++) {
        status = (*step)(job);

        if (status == CTL_TEMPORARY && job->ctl->pg.conn != NULL) {
            later = job->ctl->error;

        } else if (status != CTL_OK) {
            return status;
        }
    }

    if (later.status != CTL_OK) {
        job->ctl->error = later;
    }

    return later.status;
}


static ctl_status_t
cmd_maintain_ahead(cmd_maintain_t *job)
{
    const char *const  values[] = { CMD_MAINTAIN_WEEKS };

    ctl_progress("partitions");

    return cmd_maintain_number(job, "SELECT maintain_ahead($1)", 1, values,
                               &job->made);
}


static ctl_status_t
cmd_maintain_default(cmd_maintain_t *job)
{
    unsigned      i;
    uint64_t      rows;
    ctl_status_t  status;

    for (i = 0; i < CMD_MAINTAIN_MOVES; i++) {
        status = cmd_maintain_number(job, "SELECT maintain_default()", 0,
                                     NULL, &rows);

        if (status != CTL_OK || rows == 0) {
            return status;
        }

        job->moved += rows;
        job->made++;
    }

    return CTL_OK;
}


/* each one in a transaction of its own */
static ctl_status_t
cmd_maintain_expired(cmd_maintain_t *job)
{
    int            row;
    uint64_t       done;
    PGresult      *result;
    const char    *values[3] = { NULL, job->events, job->imports };
    ctl_status_t   status;

    ctl_progress("looking for what is old");

    result = ctl_pg_query(&job->ctl->pg,
                          "SELECT partition FROM maintain_expired($1, $2)",
                          2, values + 1);
    if (result == NULL) {
        return job->ctl->error.status;
    }

    status = CTL_OK;

    for (row = 0; row < PQntuples(result) && status == CTL_OK; row++) {
        values[0] = PQgetvalue(result, row, 0);
        ctl_progress("dropping %s", values[0]);

        status = cmd_maintain_number(job,
                                     "SELECT maintain_drop($1, $2, $3)::int",
                                     3, values, &done);
        job->dropped += status == CTL_OK ? done : 0;
    }

    PQclear(result);

    return status;
}


static ctl_status_t
cmd_maintain_rows(cmd_maintain_t *job)
{
    PGresult          *result;
    const char *const  values[] = { job->events, job->snapshots };

    result = ctl_pg_query(&job->ctl->pg,
                          "SELECT snapshots, lost FROM maintain_rows($1, $2)",
                          2, values);
    if (result == NULL) {
        return job->ctl->error.status;
    }

    job->snapshots_deleted = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
    job->lost_deleted = strtoull(PQgetvalue(result, 0, 1), NULL, 10);
    PQclear(result);

    return CTL_OK;
}


/* of an import that was killed */
static ctl_status_t
cmd_maintain_staged(cmd_maintain_t *job)
{
    return ctl_pg_run(&job->ctl->pg, "SELECT import_clear()", 0, NULL);
}


static ctl_status_t
cmd_maintain_analyze(cmd_maintain_t *job)
{
    ctl_pg_t      *pg;
    ctl_status_t   status;

    pg = &job->ctl->pg;
    ctl_progress("VACUUM, ANALYZE");

    status = ctl_pg_run(pg, "VACUUM (SKIP_LOCKED) canvas_archives, "
                        "canvas_snapshots, pixel_events_lost", 0, NULL);

    return status == CTL_OK ? ctl_pg_run(pg, "ANALYZE (SKIP_LOCKED)", 0, NULL)
                            : status;
}


static ctl_status_t
cmd_maintain_reindex(cmd_maintain_t *job)
{
    ctl_pg_t           *pg;
    uint64_t            large;
    ctl_status_t        status;
    const char *const   values[] = { CMD_MAINTAIN_REINDEX };

    pg = &job->ctl->pg;
    ctl_progress("REINDEX");

    status = cmd_maintain_number(job,
                                 "SELECT (count(*) > $1::int)::int FROM "
                                 "(SELECT FROM weekly_agent_stats "
                                 "LIMIT $1::int + 1) AS s", 1, values,
                                 &large);
    if (status != CTL_OK || large == 0) {
        return status;
    }

    /* it waits for transactions that are open, and blocks none */
    status = ctl_pg_run(pg, "SET lock_timeout = 0", 0, NULL);

    if (status == CTL_OK) {
        status = ctl_pg_run(pg, "REINDEX TABLE CONCURRENTLY "
                            "weekly_agent_stats", 0, NULL);
    }

    job->reindexed = status == CTL_OK;

    return status;
}


static ctl_status_t
cmd_maintain_number(cmd_maintain_t *job, const char *sql, int n,
    const char *const *values, uint64_t *number)
{
    PGresult  *result;

    *number = 0;

    result = ctl_pg_query(&job->ctl->pg, sql, n, values);
    if (result == NULL) {
        return job->ctl->error.status;
    }

    *number = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);

    return CTL_OK;
}


static void
cmd_maintain_print(const cmd_maintain_t *job, bool json)
{
    printf(json ? "{\"partitionsMade\":%" PRIu64 ",\"rowsMoved\":%" PRIu64
                  ",\"partitionsDropped\":%" PRIu64
                  ",\"snapshotsDeleted\":%" PRIu64 ",\"lostDeleted\":%" PRIu64
                  ",\"analyzed\":%s,\"reindexed\":%s}\n"
                : "partitions: %" PRIu64 " made, %" PRIu64 " rows moved, %"
                  PRIu64 " dropped; snapshots: %" PRIu64 " deleted; lost "
                  "entries: %" PRIu64 " deleted; analyzed: %s; reindexed: "
                  "%s\n",
           job->made, job->moved, job->dropped, job->snapshots_deleted,
           job->lost_deleted,
           job->owner ? "true" : json ? "false" : "no, not the owner",
           job->reindexed ? "true" : "false");
}
