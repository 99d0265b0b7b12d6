/*
 * ctl_pgcopy: COPY ... FROM STDIN in pieces, so that what is copied need not
 * be in memory.  Between _begin and _end the connection is good for nothing
 * else; after a failure of _put the caller rolls back.
 */

#ifndef CTL_PGCOPY_H_INCLUDED
#define CTL_PGCOPY_H_INCLUDED

#include "ctl_pg.h"

ctl_status_t ctl_pgcopy_begin(ctl_pg_t *pg, const char *sql);
ctl_status_t ctl_pgcopy_put(ctl_pg_t *pg, const char *data, size_t len);

/* *rows may be NULL: how many were copied */
ctl_status_t ctl_pgcopy_end(ctl_pg_t *pg, uint64_t *rows);

#endif /* CTL_PGCOPY_H_INCLUDED */
