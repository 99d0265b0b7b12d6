/*
 * ctl_pg: see the header.  Statements are sent asynchronously and waited for
 * with poll(), because a server that is stopped, not dead, would hold a
 * synchronous call for ever.
 */

#include "ctl_pg.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CTL_PG_COPY_CHUNK  65536

/* forms of results */
#define CTL_PG_TEXT    0
#define CTL_PG_BINARY  1


static ctl_status_t ctl_pg_open(ctl_pg_t *pg);
static PGresult *ctl_pg_ask(ctl_pg_t *pg, const char *sql, int n,
    const char *const *values, int format);
static ctl_status_t ctl_pg_start(ctl_pg_t *pg, const char *sql, int n,
    const char *const *values, int format);
static PGresult *ctl_pg_result(ctl_pg_t *pg);
static PGresult *ctl_pg_last(ctl_pg_t *pg);
static ctl_status_t ctl_pg_wait(ctl_pg_t *pg, short events, int64_t deadline);
static ctl_status_t ctl_pg_copy_data(ctl_pg_t *pg, const char *data,
    size_t len);
static ctl_status_t ctl_pg_lost(ctl_pg_t *pg);
static ctl_status_t ctl_pg_refused(ctl_pg_t *pg, const PGresult *result);
static void ctl_pg_notice(void *data, const char *message);
static bool ctl_pg_in(const char *code, const char *const *classes);
static int64_t ctl_pg_now(void);


/* classes and codes of SQLSTATE that a later attempt may not meet */
static const char *const  ctl_pg_temporary[] = {
    "08", "53", "57P", "40001", "40P01", "55P03", NULL
};

/* undefined schema, table, function: the schema is missing or old */
static const char *const  ctl_pg_schema[] = {
    "3F000", "42P01", "42883", NULL
};


ctl_status_t
ctl_pg_connect(ctl_pg_t *pg)
{
    ctl_status_t  status;

    if (pg->conn != NULL && PQstatus(pg->conn) == CONNECTION_OK) {
        return CTL_OK;
    }

    ctl_pg_close(pg);

    status = ctl_pg_open(pg);
    if (status != CTL_OK) {
        ctl_pg_close(pg);
        return status;
    }

    return ctl_pg_script(pg,
                         "SET search_path = canvas, public;"
                         "SET client_min_messages = warning;"
                         "SET TimeZone = 'UTC'", "set-up");
}


void
ctl_pg_close(ctl_pg_t *pg)
{
    if (pg->conn != NULL) {
        PQfinish(pg->conn);
        pg->conn = NULL;
    }

    pg->locks = 0;
}


void
ctl_pg_end(ctl_pg_t *pg)
{
    ctl_error_t  kept;

    if (pg->conn != NULL && pg->locks > 0) {
        kept = *pg->error;
        pg->timeout_ms = CTL_PG_TIMEOUT_MS;

        ctl_pg_rollback(pg);

        if (pg->conn != NULL) {
            (void) ctl_pg_run(pg, "SELECT pg_advisory_unlock_all()", 0, NULL);
        }

        *pg->error = kept;
    }

    ctl_pg_close(pg);
}


bool
ctl_pg_alive(ctl_pg_t *pg)
{
    struct pollfd  pfd;

    if (pg->conn == NULL) {
        return false;
    }

    pfd.fd = PQsocket(pg->conn);
    pfd.events = POLLIN;

    if (poll(&pfd, 1, 0) > 0 && PQconsumeInput(pg->conn) != 1) {
        ctl_pg_lost(pg);
    }

    return pg->conn != NULL;
}


static ctl_status_t
ctl_pg_open(ctl_pg_t *pg)
{
    /* what stands before dbname is a default, what follows is fixed */
    const char *const  names[] = {
        "connect_timeout", "fallback_application_name", "dbname",
        "client_encoding", NULL
    };
    const char *const  values[] = {
        "10", "canvas-helper", pg->conf->postgres, "UTF8", NULL
    };

    pg->conn = PQconnectdbParams(names, values, 1);

    if (pg->conn == NULL) {
        return ctl_error_memory(pg->error);
    }

    if (PQstatus(pg->conn) != CONNECTION_OK) {
        return ctl_error_set(pg->error, CTL_TEMPORARY,
                             "cannot connect to PostgreSQL: %s; is setting "
                             "\"postgres\" right?",
                             PQerrorMessage(pg->conn));
    }

    PQsetNoticeProcessor(pg->conn, ctl_pg_notice, NULL);

    if (PQsetnonblocking(pg->conn, 1) != 0) {
        return ctl_pg_lost(pg);
    }

    return CTL_OK;
}


PGresult *
ctl_pg_query(ctl_pg_t *pg, const char *sql, int n, const char *const *values)
{
    return ctl_pg_ask(pg, sql, n, values, CTL_PG_TEXT);
}


PGresult *
ctl_pg_query_binary(ctl_pg_t *pg, const char *sql, int n,
    const char *const *values)
{
    return ctl_pg_ask(pg, sql, n, values, CTL_PG_BINARY);
}


static PGresult *
ctl_pg_ask(ctl_pg_t *pg, const char *sql, int n, const char *const *values,
    int format)
{
    if (ctl_pg_start(pg, sql, n, values, format) != CTL_OK) {
        return NULL;
    }

    return ctl_pg_last(pg);
}


static ctl_status_t
ctl_pg_start(ctl_pg_t *pg, const char *sql, int n,
    const char *const *values, int format)
{
    if (ctl_pg_connect(pg) != CTL_OK) {
        return pg->error->status;
    }

    return PQsendQueryParams(pg->conn, sql, n, NULL, values, NULL, NULL,
                             format) == 1 ? CTL_OK : ctl_pg_lost(pg);
}


ctl_status_t
ctl_pg_run(ctl_pg_t *pg, const char *sql, int n, const char *const *values)
{
    PGresult  *result;

    result = ctl_pg_query(pg, sql, n, values);
    if (result == NULL) {
        return pg->error->status;
    }

    PQclear(result);

    return CTL_OK;
}


ctl_status_t
ctl_pg_send(ctl_pg_t *pg, const char *sql, int n, const char *const *values)
{
    ctl_status_t  status;

    status = ctl_pg_start(pg, sql, n, values, CTL_PG_TEXT);

    return status == CTL_OK && PQflush(pg->conn) < 0 ? ctl_pg_lost(pg)
                                                     : status;
}


ctl_status_t
ctl_pg_receive(ctl_pg_t *pg)
{
    PGresult  *result;

    result = ctl_pg_last(pg);
    if (result == NULL) {
        return pg->error->status;
    }

    PQclear(result);

    return CTL_OK;
}


void
ctl_pg_cancel(ctl_pg_t *pg)
{
    char       error[256];
    PGcancel  *cancel;

    cancel = pg->conn != NULL ? PQgetCancel(pg->conn) : NULL;

    if (cancel != NULL) {
        PQcancel(cancel, error, sizeof(error));
        PQfreeCancel(cancel);
    }
}


ctl_status_t
ctl_pg_script(ctl_pg_t *pg, const char *sql, const char *what)
{
    PGresult  *result;

    if (ctl_pg_connect(pg) != CTL_OK) {
        return pg->error->status;
    }

    if (PQsendQuery(pg->conn, sql) != 1) {
        return ctl_pg_lost(pg);
    }

    result = ctl_pg_last(pg);
    if (result == NULL) {
        return ctl_error_set(pg->error, pg->error->status, "%s: %s", what,
                             pg->error->text);
    }

    PQclear(result);

    return CTL_OK;
}


ctl_status_t
ctl_pg_copy(ctl_pg_t *pg, const char *sql, const char *data, size_t len)
{
    PGresult      *result;
    ctl_status_t   status;

    if (ctl_pg_connect(pg) != CTL_OK) {
        return pg->error->status;
    }

    if (PQsendQuery(pg->conn, sql) != 1) {
        return ctl_pg_lost(pg);
    }

    result = ctl_pg_result(pg);
    if (result == NULL) {
        return pg->error->status;
    }

    if (PQresultStatus(result) != PGRES_COPY_IN) {
        status = ctl_pg_refused(pg, result);
        PQclear(result);

        while (pg->conn != NULL && (result = ctl_pg_result(pg)) != NULL) {
            PQclear(result);
        }

        return status;
    }

    PQclear(result);

    status = ctl_pg_copy_data(pg, data, len);
    if (status != CTL_OK) {
        return status;
    }

    result = ctl_pg_last(pg);
    if (result == NULL) {
        return pg->error->status;
    }

    PQclear(result);

    return CTL_OK;
}


static ctl_status_t
ctl_pg_copy_data(ctl_pg_t *pg, const char *data, size_t len)
{
    int           rc;
    size_t        chunk;
    int64_t       deadline;
    ctl_status_t  status;

    deadline = ctl_pg_now() + pg->timeout_ms;

    for ( ;; ) {
        chunk = len < CTL_PG_COPY_CHUNK ? len : CTL_PG_COPY_CHUNK;

        rc = chunk > 0 ? PQputCopyData(pg->conn, data, chunk)
                       : PQputCopyEnd(pg->conn, NULL);

        if (rc < 0) {
            return ctl_pg_lost(pg);
        }

        if (rc == 0) {                      /* buffers are full */
            status = ctl_pg_wait(pg, POLLOUT, deadline);
            if (status != CTL_OK) {
                return status;
            }

            continue;
        }

        if (chunk == 0) {
            return CTL_OK;
        }

        data += chunk;
        len -= chunk;
    }
}


ctl_status_t
ctl_pg_begin(ctl_pg_t *pg)
{
    return ctl_pg_run(pg, "BEGIN", 0, NULL);
}


ctl_status_t
ctl_pg_commit(ctl_pg_t *pg)
{
    return ctl_pg_run(pg, "COMMIT", 0, NULL);
}


void
ctl_pg_rollback(ctl_pg_t *pg)
{
    ctl_error_t  kept;

    if (pg->conn == NULL
        || PQtransactionStatus(pg->conn) == PQTRANS_IDLE)
    {
        return;
    }

    kept = *pg->error;

    if (ctl_pg_run(pg, "ROLLBACK", 0, NULL) != CTL_OK) {
        ctl_pg_close(pg);
    }

    *pg->error = kept;
}


ctl_status_t
ctl_pg_lock(ctl_pg_t *pg, const char *name, bool wait)
{
    bool               held;
    PGresult          *result;
    const char *const  values[] = { name };

    result = ctl_pg_query(pg, wait ?
                          "SELECT pg_advisory_lock(hashtext($1)), true" :
                          "SELECT 1, pg_try_advisory_lock(hashtext($1))",
                          1, values);
    if (result == NULL) {
        return pg->error->status;
    }

    held = PQgetvalue(result, 0, 1)[0] == 't';
    PQclear(result);

    pg->locks += held;

    return held ? CTL_OK : CTL_NOT_DUE;
}


ctl_status_t
ctl_pg_unlock(ctl_pg_t *pg, const char *name)
{
    ctl_status_t       status;
    const char *const  values[] = { name };

    status = ctl_pg_run(pg, "SELECT pg_advisory_unlock(hashtext($1))", 1,
                        values);

    if (status == CTL_OK && pg->locks > 0) {
        pg->locks--;
    }

    return status;
}


/* the last result of the statement; NULL, and the error, if any of it failed */
static PGresult *
ctl_pg_last(ctl_pg_t *pg)
{
    PGresult  *result, *last;

    last = NULL;

    for ( ;; ) {
        result = ctl_pg_result(pg);

        if (result == NULL) {
            if (pg->conn == NULL) {
                PQclear(last);
                return NULL;
            }

            break;
        }

        PQclear(last);
        last = result;
    }

    switch (PQresultStatus(last)) {

    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        return last;

    default:
        ctl_pg_refused(pg, last);
        PQclear(last);
        return NULL;
    }
}


/* one result; NULL at the end, or with pg->conn == NULL when it was lost */
static PGresult *
ctl_pg_result(ctl_pg_t *pg)
{
    int      rc;
    int64_t  deadline;

    deadline = ctl_pg_now() + pg->timeout_ms;

    while ((rc = PQflush(pg->conn)) > 0) {
        if (ctl_pg_wait(pg, POLLIN | POLLOUT, deadline) != CTL_OK) {
            return NULL;
        }

        if (PQconsumeInput(pg->conn) != 1) {
            ctl_pg_lost(pg);
            return NULL;
        }
    }

    if (rc < 0) {
        ctl_pg_lost(pg);
        return NULL;
    }

    while (PQisBusy(pg->conn)) {
        if (ctl_pg_wait(pg, POLLIN, deadline) != CTL_OK) {
            return NULL;
        }

        if (PQconsumeInput(pg->conn) != 1) {
            ctl_pg_lost(pg);
            return NULL;
        }
    }

    return PQgetResult(pg->conn);
}


static ctl_status_t
ctl_pg_wait(ctl_pg_t *pg, short events, int64_t deadline)
{
    int            rc;
    int64_t        left;
    struct pollfd  pfd;

    pfd.fd = PQsocket(pg->conn);
    pfd.events = events;

    do {
        left = deadline - ctl_pg_now();
        rc = poll(&pfd, 1, left > 0 ? left : 0);
    } while (rc < 0 && errno == EINTR);

    if (rc > 0) {
        return CTL_OK;
    }

    ctl_error_set(pg->error, CTL_TEMPORARY,
                  "PostgreSQL did not answer within %d s",
                  pg->timeout_ms / 1000);
    ctl_pg_close(pg);

    return CTL_TEMPORARY;
}


static ctl_status_t
ctl_pg_lost(ctl_pg_t *pg)
{
    ctl_error_set(pg->error, CTL_TEMPORARY,
                  "connection to PostgreSQL lost: %s",
                  PQerrorMessage(pg->conn));
    ctl_pg_close(pg);

    return CTL_TEMPORARY;
}


static ctl_status_t
ctl_pg_refused(ctl_pg_t *pg, const PGresult *result)
{
    const char   *code, *text;
    ctl_status_t  status;

    code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    if (code == NULL || PQstatus(pg->conn) != CONNECTION_OK) {
        return ctl_pg_lost(pg);
    }

    snprintf(pg->sqlstate, sizeof(pg->sqlstate), "%s", code);
    status = ctl_pg_in(code, ctl_pg_temporary) ? CTL_TEMPORARY : CTL_FAILED;

    return ctl_error_set(pg->error, status, "PostgreSQL: %s (%s)%s",
                         text != NULL ? text : "refused", code,
                         ctl_pg_in(code, ctl_pg_schema)
                         ? "; run canvas-helper migrate" : "");
}


/* libpq would print them, but what a command prints is its own */
static void
ctl_pg_notice(void *data, const char *message)
{
    (void) data;
    (void) message;
}


static bool
ctl_pg_in(const char *code, const char *const *classes)
{
    for ( /* void */ ; *classes != NULL; classes++) {
        if (strncmp(code, *classes, strlen(*classes)) == 0) {
            return true;
        }
    }

    return false;
}


static int64_t
ctl_pg_now(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_MONOTONIC, &now);

    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
