/*
 * ctl_pg: libpq with a deadline on every statement: connect, query, script,
 * COPY.  Statements are constants, values are parameters.  Knows nothing of
 * canvases.
 *
 * Failures of the connection and SQLSTATEs that go away by themselves are
 * CTL_TEMPORARY, everything else is CTL_FAILED.
 */

#ifndef CTL_PG_H_INCLUDED
#define CTL_PG_H_INCLUDED

#include "ctl_conf.h"
#include "ctl_error.h"

#include <libpq-fe.h>
#include <stdbool.h>

/* of a statement, unless the caller sets another */
#define CTL_PG_TIMEOUT_MS  60000

typedef struct {
    PGconn            *conn;            /* NULL: not connected */
    const ctl_conf_t  *conf;
    ctl_error_t       *error;
    int                timeout_ms;
    char               sqlstate[6];     /* of the last failure */
    unsigned           locks;           /* that this session holds */
} ctl_pg_t;

/* does nothing when connected; sets search_path to canvas, public */
ctl_status_t ctl_pg_connect(ctl_pg_t *pg);
void ctl_pg_close(ctl_pg_t *pg);

/*
 * The same at the end of a command: its locks are given back first.  The
 * server hears of the end of a connection when the process may be long gone,
 * and who comes next would be told that it is still running.
 */
void ctl_pg_end(ctl_pg_t *pg);

/*
 * Whether the connection is there, as far as can be told without asking the
 * server; for who has no statement to run.  Closes it when it is not.
 */
bool ctl_pg_alive(ctl_pg_t *pg);

/*
 * One statement with n text parameters (NULL: null).  The result is the
 * caller's to PQclear(); NULL: pg->error says why.
 */
PGresult *ctl_pg_query(ctl_pg_t *pg, const char *sql, int n,
    const char *const *values);

/* the same, with the columns of the result as PostgreSQL holds them */
PGresult *ctl_pg_query_binary(ctl_pg_t *pg, const char *sql, int n,
    const char *const *values);

/* the same when only success matters */
ctl_status_t ctl_pg_run(ctl_pg_t *pg, const char *sql, int n,
    const char *const *values);

/*
 * The same in two steps: the server works on it while the caller does
 * something else.  Nothing but _receive may follow _send.
 */
ctl_status_t ctl_pg_send(ctl_pg_t *pg, const char *sql, int n,
    const char *const *values);
ctl_status_t ctl_pg_receive(ctl_pg_t *pg);

/* the server is asked to give up what it works on; no answer is awaited */
void ctl_pg_cancel(ctl_pg_t *pg);

/* several statements without parameters; what names them in the error */
ctl_status_t ctl_pg_script(ctl_pg_t *pg, const char *sql, const char *what);

/* COPY ... FROM STDIN: the statement, and all its data in text format */
ctl_status_t ctl_pg_copy(ctl_pg_t *pg, const char *sql, const char *data,
    size_t len);

/* BEGIN .. COMMIT; ctl_pg_rollback() keeps the error of what failed */
ctl_status_t ctl_pg_begin(ctl_pg_t *pg);
ctl_status_t ctl_pg_commit(ctl_pg_t *pg);
void ctl_pg_rollback(ctl_pg_t *pg);

/*
 * A session advisory lock, by name, hashed: CTL_OK when
 * this session holds it now, CTL_NOT_DUE when another one does.
 */
ctl_status_t ctl_pg_lock(ctl_pg_t *pg, const char *name, bool wait);
ctl_status_t ctl_pg_unlock(ctl_pg_t *pg, const char *name);

#endif /* CTL_PG_H_INCLUDED */
