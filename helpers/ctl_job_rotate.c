/*
 * ctl_job_rotate: see the header.  A job that is given to another keeper runs
 * rotate again with the same request, so that no week turns twice for it.
 */

#include "ctl_job_rotate.h"

#include "ctl_child.h"
#include "ctl_clock.h"
#include "ctl_job_sql.h"
#include "ctl_log.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* the server ends the session of a process that was killed when it notices:
 * until then its lock is held, ms */
#define CTL_JOB_ROTATE_AGAIN_MS  1000
#define CTL_JOB_ROTATE_LONG_MS   600000

#define CTL_JOB_ROTATE_END_MS    3000


static ctl_status_t ctl_job_rotate_announce(ctl_t *ctl, ctl_job_t *job,
    bool *expired);
static ctl_status_t ctl_job_rotate_start(ctl_job_rotate_child_t *child,
    ctl_t *ctl);
static void ctl_job_rotate_main(const ctl_conf_t *conf, const char *request,
    const char *mode);
static void ctl_job_rotate_option(ctl_args_t *args, const char *name,
    const char *value);
static ctl_status_t ctl_job_rotate_look(ctl_job_rotate_child_t *child,
    ctl_t *ctl);
static bool ctl_job_rotate_read(ctl_job_rotate_child_t *child);
static ctl_status_t ctl_job_rotate_ended(ctl_job_rotate_child_t *child,
    ctl_t *ctl, int state);
static ctl_job_rotate_child_t *ctl_job_rotate_free(ctl_job_rotate_t *rotate);
static void ctl_job_rotate_shut(ctl_job_rotate_child_t *child);


ctl_status_t
ctl_job_rotate_run(ctl_job_rotate_t *rotate, ctl_t *ctl, ctl_job_t *job,
    int64_t left)
{
    bool                     expired;
    PGresult                *result;
    ctl_status_t             status;
    ctl_job_rotate_child_t  *child;

    status = ctl_job_sql_ask(ctl, job, CTL_JOB_SQL("job_rotate"), left,
                             &result);

    if (status != CTL_OK || result == NULL) {
        return status;
    }

    if (!PQgetisnull(result, 0, 0)) {
        status = ctl_job_sql_answer(ctl, job, result);
        PQclear(result);
        return status;
    }

    PQclear(result);
    child = ctl_job_rotate_free(rotate);

    if (child == NULL || ctl_job_rotate_busy(rotate)) {
        return ctl_job_refuse(&ctl->redis, job, CANVAS_CODE_CONFLICT,
                              "another rotation is running", "{}");
    }

    status = ctl_job_rotate_announce(ctl, job, &expired);
    if (status != CTL_OK || expired) {
        return status;
    }

    ctl_log(CTL_LOG_NOTICE, "canvas keeper: rotation %s is asked for",
            job->id);

    memset(child, 0, sizeof(*child));
    child->job = *job;
    child->since = ctl_clock_ms();
    child->out = -1;
    job->reply = NULL;

    return ctl_job_rotate_start(child, ctl);
}


ctl_status_t
ctl_job_rotate_tend(ctl_job_rotate_t *rotate, ctl_t *ctl)
{
    size_t                   i;
    ctl_status_t             status;
    ctl_job_rotate_child_t  *child;

    for (i = 0; i < CTL_JOB_ROTATE_MAX; i++) {
        child = &rotate->child[i];
        status = CTL_OK;

        if (child->pid != 0) {
            status = ctl_job_rotate_look(child, ctl);

        } else if (child->job.reply != NULL && ctl_clock_ms() >= child->due) {
            status = ctl_job_rotate_start(child, ctl);
        }

        if (status != CTL_OK) {
            return status;
        }
    }

    return CTL_OK;
}


bool
ctl_job_rotate_busy(const ctl_job_rotate_t *rotate)
{
    size_t  i;

    for (i = 0; i < CTL_JOB_ROTATE_MAX; i++) {
        if (rotate->child[i].job.reply != NULL) {
            return true;
        }
    }

    return false;
}


ctl_status_t
ctl_job_rotate_begun(ctl_t *ctl, const ctl_job_t *job, bool *expired)
{
    PGresult           *result;
    const char *const   values[] = { job->id };

    result = ctl_pg_query(&ctl->pg,
                          "SELECT FROM rotations WHERE request = $1", 1,
                          values);
    if (result == NULL) {
        return ctl->error.status;
    }

    *expired = PQntuples(result) == 0;
    PQclear(result);

    return CTL_OK;
}


void
ctl_job_rotate_end(ctl_job_rotate_t *rotate, bool all)
{
    size_t                   i;
    ctl_job_rotate_child_t  *child;

    for (i = 0; i < CTL_JOB_ROTATE_MAX; i++) {
        child = &rotate->child[i];

        if (child->pid != 0 && (all || child->job.reply != NULL)) {
            ctl_child_end(child->pid, CTL_JOB_ROTATE_END_MS);
            child->pid = 0;
            ctl_job_rotate_shut(child);
        }

        ctl_job_free(&child->job);
    }
}


/* unless PostgreSQL took longer than the job may wait: it is refused then */
static ctl_status_t
ctl_job_rotate_announce(ctl_t *ctl, ctl_job_t *job, bool *expired)
{
    int64_t       left;
    ctl_status_t  status;

    *expired = false;

    if (!job->again) {
        status = ctl_job_left(&ctl->redis, job, &left);
        if (status != CTL_OK) {
            return status;
        }

        if (left == 0) {
            *expired = true;
            return ctl_job_refuse(&ctl->redis, job, CANVAS_CODE_UNAVAILABLE,
                                  NULL, "{}");
        }
    }

    return ctl_job_answer(&ctl->redis, job, CTL_JOB_BEGUN, "{}");
}


static ctl_status_t
ctl_job_rotate_start(ctl_job_rotate_child_t *child, ctl_t *ctl)
{
    int          out[2];
    char        *mode;
    pid_t        pid;
    json_t      *args;

    if (pipe2(out, O_CLOEXEC | O_NONBLOCK) != 0) {
        return ctl_error_set(&ctl->error, CTL_TEMPORARY, "pipe: %s",
                             strerror(errno));
    }

    mode = NULL;
    args = json_loads(child->job.args, 0, NULL);
    (void) json_unpack(args, "{s:s}", "mode", &mode);

    /* SIGTERM: a film that it makes is put away before it ends */
    pid = ctl_child_fork(SIGTERM, out[1]);

    if (pid == 0) {
        ctl_job_rotate_main(&ctl->conf, child->job.id, mode);
    }

    json_decref(args);
    close(out[1]);

    if (pid < 0) {
        close(out[0]);
        return ctl_error_set(&ctl->error, CTL_TEMPORARY, "fork: %s",
                             strerror(errno));
    }

    child->pid = pid;
    child->out = out[0];
    child->used = 0;

    return CTL_OK;
}


/* in the child: the command as from a shell, without one */
static void
ctl_job_rotate_main(const ctl_conf_t *conf, const char *request,
    const char *mode)
{
    ctl_t         ctl;
    ctl_args_t    args;
    ctl_status_t  status;

    ctl_begin(&ctl, conf);

    memset(&args, 0, sizeof(args));
    ctl_job_rotate_option(&args, "force", "");
    ctl_job_rotate_option(&args, "json", "");
    ctl_job_rotate_option(&args, "request", request);
    ctl_job_rotate_option(&args, "mode", mode);

    status = cmd_rotate.run(&ctl, &args);

    if (status != CTL_OK) {
        puts(ctl.error.text);
    }

    exit(status);
}


static void
ctl_job_rotate_option(ctl_args_t *args, const char *name, const char *value)
{
    size_t  i;

    for (i = 0; cmd_rotate.options[i].name != NULL; i++) {
        if (strcmp(cmd_rotate.options[i].name, name) == 0) {
            args->option[i] = value;
        }
    }
}


/* a line that begins with a brace is the summary */
static ctl_status_t
ctl_job_rotate_look(ctl_job_rotate_child_t *child, ctl_t *ctl)
{
    int            state;
    bool           whole, ended;
    ctl_status_t   status;

    /* asked first: what it said before it ended is there then */
    state = 0;
    ended = ctl_child_ended(child->pid, &state);
    whole = ctl_job_rotate_read(child);
    status = CTL_OK;

    if (whole && child->line[0] == '{' && child->job.reply != NULL) {
        status = ctl_job_answer(&ctl->redis, &child->job, 200, child->line);

        if (status == CTL_OK) {
            status = ctl_job_done(&ctl->redis, &child->job);
        }
    }

    if (!ended) {
        return status;
    }

    child->pid = 0;
    ctl_job_rotate_shut(child);

    if (status == CTL_OK && child->job.reply != NULL) {
        status = ctl_job_rotate_ended(child, ctl, state);
    }

    return status;
}


/* true: child->line is a whole line */
static bool
ctl_job_rotate_read(ctl_job_rotate_child_t *child)
{
    char     *end;
    ssize_t   n;

    if (child->out < 0) {
        return false;
    }

    do {
        n = read(child->out, child->line + child->used,
                 sizeof(child->line) - 1 - child->used);

        child->used += n > 0 ? (size_t) n : 0;

    } while (n > 0 || (n < 0 && errno == EINTR));

    child->line[child->used] = '\0';
    end = strchr(child->line, '\n');

    if (end == NULL) {
        return false;
    }

    /* all that it says: who would read more of it? */
    *end = '\0';
    ctl_job_rotate_shut(child);

    return true;
}


/* it ended without a summary: why, its line says */
static ctl_status_t
ctl_job_rotate_ended(ctl_job_rotate_child_t *child, ctl_t *ctl, int state)
{
    int            status;
    canvas_code_t  code;
    ctl_status_t   rc;

    status = WIFEXITED(state) ? WEXITSTATUS(state) : CTL_TEMPORARY;

    if (status == CTL_NOT_DUE && child->job.again
        && ctl_clock_ms() - child->since < CTL_JOB_ROTATE_LONG_MS)
    {
        child->due = ctl_clock_ms() + CTL_JOB_ROTATE_AGAIN_MS;
        return CTL_OK;
    }

    code = status == CTL_NOT_DUE ? CANVAS_CODE_CONFLICT
           : status == CTL_TEMPORARY ? CANVAS_CODE_UNAVAILABLE
           : CANVAS_CODE_INTERNAL;

    if (code != CANVAS_CODE_CONFLICT) {
        ctl_log(CTL_LOG_ERROR, "canvas keeper: rotation %s: %s",
                child->job.id, WIFEXITED(state) ? child->line
                                                : "its process was killed");
    }

    rc = ctl_job_refuse(&ctl->redis, &child->job, code,
                        code == CANVAS_CODE_CONFLICT ? child->line : NULL,
                        "{}");

    return rc == CTL_OK ? ctl_job_done(&ctl->redis, &child->job) : rc;
}


static ctl_job_rotate_child_t *
ctl_job_rotate_free(ctl_job_rotate_t *rotate)
{
    size_t  i;

    for (i = 0; i < CTL_JOB_ROTATE_MAX; i++) {
        if (rotate->child[i].pid == 0 && rotate->child[i].job.reply == NULL) {
            return &rotate->child[i];
        }
    }

    return NULL;
}


static void
ctl_job_rotate_shut(ctl_job_rotate_child_t *child)
{
    if (child->out >= 0) {
        close(child->out);
        child->out = -1;
    }
}
