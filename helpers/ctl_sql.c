/*
 * ctl_sql: see the header; docs/sql.md says what is applied when.
 */

#include "ctl_sql.h"

#include "ctl_file.h"
#include "ctl_progress.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum {
    CTL_SQL_ONCE,               /* a changed text is refused */
    CTL_SQL_WHEN_CHANGED,
    CTL_SQL_ALWAYS
} ctl_sql_mode_t;


static ctl_status_t ctl_sql_table(ctl_pg_t *pg);
static ctl_status_t ctl_sql_folder(ctl_pg_t *pg, const char *directory,
    const char *folder, ctl_sql_mode_t mode, unsigned *applied);
static ctl_status_t ctl_sql_file(ctl_pg_t *pg, const char *directory,
    const char *name, ctl_sql_mode_t mode, unsigned *applied);
static ctl_status_t ctl_sql_known(ctl_pg_t *pg, const char *name,
    const char *text, bool *known, bool *same);
static ctl_status_t ctl_sql_execute(ctl_pg_t *pg, const char *name,
    const char *text);
static int ctl_sql_filter(const struct dirent *entry);


ctl_status_t
ctl_sql_apply(ctl_pg_t *pg, const char *directory, ctl_sql_done_t *done)
{
    unsigned      roles;
    ctl_status_t  status;

    memset(done, 0, sizeof(*done));
    roles = 0;

    status = ctl_sql_table(pg);

    if (status == CTL_OK) {
        status = ctl_sql_folder(pg, directory, "migrations", CTL_SQL_ONCE,
                                &done->migrations);
    }

    if (status == CTL_OK) {
        status = ctl_sql_folder(pg, directory, "functions",
                                CTL_SQL_WHEN_CHANGED, &done->functions);
    }

    if (status == CTL_OK) {
        status = ctl_sql_file(pg, directory, "roles.sql", CTL_SQL_ALWAYS,
                              &roles);
    }

    ctl_progress_end();

    return status;
}


static ctl_status_t
ctl_sql_table(ctl_pg_t *pg)
{
    return ctl_pg_script(pg,
        "CREATE SCHEMA IF NOT EXISTS canvas;"
        "CREATE TABLE IF NOT EXISTS canvas.schema_migrations ("
        "    name        text PRIMARY KEY,"
        "    checksum    text NOT NULL,"
        "    applied_at  timestamptz NOT NULL DEFAULT now()"
        ");"
        "ALTER TABLE canvas.schema_migrations ENABLE ROW LEVEL SECURITY;"
        "COMMENT ON TABLE canvas.schema_migrations IS"
        "    'SQL files that are applied, with the SHA-256 of their text'",
        "schema_migrations");
}


static ctl_status_t
ctl_sql_folder(ctl_pg_t *pg, const char *directory, const char *folder,
    ctl_sql_mode_t mode, unsigned *applied)
{
    int              i, n;
    char             path[PATH_MAX];
    ctl_status_t     status;
    struct dirent  **entries;

    snprintf(path, sizeof(path), "%s/%s", directory, folder);

    n = scandir(path, &entries, ctl_sql_filter, alphasort);

    if (n <= 0) {
        return ctl_error_set(pg->error, CTL_FAILED,
                             "no SQL files in %s%s%s; is setting "
                             "\"sql_dir\" right?", path, n < 0 ? ": " : "",
                             n < 0 ? strerror(errno) : "");
    }

    status = CTL_OK;

    for (i = 0; i < n; i++) {
        if (status == CTL_OK) {
            ctl_progress("%s %d of %d: %s", folder, i + 1, n,
                         entries[i]->d_name);

            snprintf(path, sizeof(path), "%s/%s", folder,
                     entries[i]->d_name);
            status = ctl_sql_file(pg, directory, path, mode, applied);
        }

        free(entries[i]);
    }

    free(entries);

    return status;
}


/* name is relative to directory, and what schema_migrations remembers */
static ctl_status_t
ctl_sql_file(ctl_pg_t *pg, const char *directory, const char *name,
    ctl_sql_mode_t mode, unsigned *applied)
{
    bool          known, same;
    char         *text, path[PATH_MAX];
    size_t        len;
    ctl_status_t  status;

    if (snprintf(path, sizeof(path), "%s/%s", directory, name)
        >= (int) sizeof(path))
    {
        return ctl_error_set(pg->error, CTL_FAILED, "%s: %s", name,
                             strerror(ENAMETOOLONG));
    }

    status = ctl_file_read(path, &text, &len, pg->error);
    if (status != CTL_OK) {
        return status;
    }

    known = false;
    same = false;

    status = ctl_sql_known(pg, name, text, &known, &same);

    if (status == CTL_OK && mode == CTL_SQL_ONCE && known && !same) {
        status = ctl_error_set(pg->error, CTL_FAILED,
                               "%s was changed after it had been applied: "
                               "put it back and add a new migration", path);
    }

    if (status == CTL_OK && (mode == CTL_SQL_ALWAYS || !same)) {
        status = ctl_sql_execute(pg, name, text);

        if (status == CTL_OK) {
            (*applied)++;
        }
    }

    free(text);

    return status;
}


static ctl_status_t
ctl_sql_known(ctl_pg_t *pg, const char *name, const char *text, bool *known,
    bool *same)
{
    PGresult          *result;
    const char *const  values[] = { name, text };

    result = ctl_pg_query(pg,
                          "SELECT checksum = "
                          "encode(sha256(convert_to($2, 'UTF8')), 'hex') "
                          "FROM schema_migrations WHERE name = $1", 2,
                          values);
    if (result == NULL) {
        return pg->error->status;
    }

    *known = PQntuples(result) == 1;
    *same = *known && PQgetvalue(result, 0, 0)[0] == 't';
    PQclear(result);

    return CTL_OK;
}


static ctl_status_t
ctl_sql_execute(ctl_pg_t *pg, const char *name, const char *text)
{
    ctl_status_t       status;
    const char *const  values[] = { name, text };

    status = ctl_pg_begin(pg);

    if (status == CTL_OK) {
        /* functions may call each other in any order of their names */
        status = ctl_pg_script(pg, "SET LOCAL check_function_bodies = off",
                               name);
    }

    if (status == CTL_OK) {
        status = ctl_pg_script(pg, text, name);
    }

    if (status == CTL_OK) {
        status = ctl_pg_run(pg,
            "INSERT INTO canvas.schema_migrations (name, checksum) "
            "VALUES ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex')) "
            "ON CONFLICT (name) DO UPDATE "
            "SET checksum = excluded.checksum, applied_at = now() "
            "WHERE schema_migrations.checksum <> excluded.checksum", 2,
            values);
    }

    if (status == CTL_OK) {
        status = ctl_pg_commit(pg);
    }

    if (status != CTL_OK) {
        ctl_pg_rollback(pg);
    }

    return status;
}


static int
ctl_sql_filter(const struct dirent *entry)
{
    size_t  len;

    len = strlen(entry->d_name);

    return entry->d_name[0] != '.' && len > 4
           && strcmp(entry->d_name + len - 4, ".sql") == 0;
}
