/*
 * ctl_sql: the files of the SQL directory, brought into PostgreSQL.  What is
 * applied is remembered with its checksum in schema_migrations.
 */

#ifndef CTL_SQL_H_INCLUDED
#define CTL_SQL_H_INCLUDED

#include "ctl_pg.h"

typedef struct {
    unsigned  migrations;       /* applied by this run */
    unsigned  functions;
} ctl_sql_done_t;

/*
 * Migrations, then functions and views, then roles.sql.  The caller holds a
 * lock.  CTL_FAILED if a migration that is applied has another text now.
 */
ctl_status_t ctl_sql_apply(ctl_pg_t *pg, const char *directory,
    ctl_sql_done_t *done);

#endif /* CTL_SQL_H_INCLUDED */
