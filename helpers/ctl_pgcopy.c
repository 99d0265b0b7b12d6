/*
 * ctl_pgcopy: see the header.  Waits with poll(), like ctl_pg.
 */

#include "ctl_pgcopy.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>


static ctl_status_t ctl_pgcopy_wait(ctl_pg_t *pg, short events);
static ctl_status_t ctl_pgcopy_results(ctl_pg_t *pg, ExecStatusType want,
    uint64_t *rows);
static ctl_status_t ctl_pgcopy_failed(ctl_pg_t *pg, const PGresult *result);


ctl_status_t
ctl_pgcopy_begin(ctl_pg_t *pg, const char *sql)
{
    if (ctl_pg_connect(pg) != CTL_OK) {
        return pg->error->status;
    }

    if (PQsendQuery(pg->conn, sql) != 1) {
        return ctl_pgcopy_failed(pg, NULL);
    }

    return ctl_pgcopy_results(pg, PGRES_COPY_IN, NULL);
}


ctl_status_t
ctl_pgcopy_put(ctl_pg_t *pg, const char *data, size_t len)
{
    int           rc;
    ctl_status_t  status;

    rc = PQputCopyData(pg->conn, data, len);

    /* libpq would rather grow its buffer than make anybody wait */
    while (rc > 0 && (rc = PQflush(pg->conn)) > 0) {
        status = ctl_pgcopy_wait(pg, POLLIN | POLLOUT);
        if (status != CTL_OK) {
            return status;
        }

        rc = PQconsumeInput(pg->conn) == 1 ? 1 : -1;
    }

    return rc == 0 ? CTL_OK : ctl_pgcopy_failed(pg, NULL);
}


ctl_status_t
ctl_pgcopy_end(ctl_pg_t *pg, uint64_t *rows)
{
    int           rc;
    ctl_status_t  status;

    while ((rc = PQputCopyEnd(pg->conn, NULL)) == 0) {
        status = ctl_pgcopy_wait(pg, POLLOUT);
        if (status != CTL_OK) {
            return status;
        }
    }

    if (rc < 0) {
        return ctl_pgcopy_failed(pg, NULL);
    }

    return ctl_pgcopy_results(pg, PGRES_COMMAND_OK, rows);
}


/* up to the result that is wanted; COPY_IN is followed by none of its own */
static ctl_status_t
ctl_pgcopy_results(ctl_pg_t *pg, ExecStatusType want, uint64_t *rows)
{
    int            rc;
    PGresult      *result;
    ctl_status_t   status;

    status = CTL_OK;

    for ( ;; ) {
        while ((rc = PQflush(pg->conn)) > 0 || PQisBusy(pg->conn)) {
            if (ctl_pgcopy_wait(pg, rc > 0 ? POLLIN | POLLOUT : POLLIN)
                != CTL_OK)
            {
                return pg->error->status;
            }

            if (PQconsumeInput(pg->conn) != 1) {
                return ctl_pgcopy_failed(pg, NULL);
            }
        }

        result = PQgetResult(pg->conn);
        if (result == NULL) {
            return status;
        }

        if (PQresultStatus(result) != want) {
            status = ctl_pgcopy_failed(pg, result);

        } else if (rows != NULL) {
            *rows = strtoull(PQcmdTuples(result), NULL, 10);
        }

        PQclear(result);

        if (status == CTL_OK && want == PGRES_COPY_IN) {
            return CTL_OK;
        }

        if (pg->conn == NULL) {
            return status;
        }
    }
}


static ctl_status_t
ctl_pgcopy_wait(ctl_pg_t *pg, short events)
{
    int            rc;
    struct pollfd  pfd;

    pfd.fd = PQsocket(pg->conn);
    pfd.events = events;

    do {
        rc = poll(&pfd, 1, pg->timeout_ms);
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


/* the refusal of a statement, or without a result the loss of the server */
static ctl_status_t
ctl_pgcopy_failed(ctl_pg_t *pg, const PGresult *result)
{
    const char  *code, *text;

    code = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE)
                          : NULL;

    if (code == NULL || PQstatus(pg->conn) != CONNECTION_OK) {
        ctl_error_set(pg->error, CTL_TEMPORARY,
                      "connection to PostgreSQL lost: %s",
                      PQerrorMessage(pg->conn));
        ctl_pg_close(pg);
        return CTL_TEMPORARY;
    }

    text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    snprintf(pg->sqlstate, sizeof(pg->sqlstate), "%s", code);

    /* insufficient resources, a disk that is full: it may be better later */
    return ctl_error_set(pg->error,
                         code[0] == '5' && code[1] == '3' ? CTL_TEMPORARY
                                                          : CTL_FAILED,
                         "PostgreSQL: %s (%s)",
                         text != NULL ? text : "refused", code);
}
