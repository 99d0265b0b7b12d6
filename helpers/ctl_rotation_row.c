/*
 * ctl_rotation_row: see the header.
 */

#include "ctl_rotation_row.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


ctl_status_t
ctl_rotation_row_note(ctl_rotation_t *rotation, const char *sql, int n,
    const char *const *values)
{
    PGresult  *result;

    result = ctl_pg_query(&rotation->ctl->pg, sql, n, values);
    if (result == NULL) {
        return rotation->ctl->error.status;
    }

    ctl_rotation_row_take(rotation, result);
    PQclear(result);

    return CTL_OK;
}


void
ctl_rotation_row_take(ctl_rotation_t *rotation, const PGresult *result)
{
    size_t  i;

    const struct {
        char    *text;
        size_t   size;
    } texts[] = {
        { rotation->id, sizeof(rotation->id) },
        { rotation->step, sizeof(rotation->step) },
        { rotation->slug, sizeof(rotation->slug) },
        { rotation->week, sizeof(rotation->week) },
        { rotation->year, sizeof(rotation->year) },
        { rotation->archive, sizeof(rotation->archive) }
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        snprintf(texts[i].text, texts[i].size, "%s",
                 PQgetvalue(result, 0, i));
    }

    rotation->closing_epoch = strtoull(PQgetvalue(result, 0, 6), NULL, 10);
    rotation->new_epoch = strtoull(PQgetvalue(result, 0, 7), NULL, 10);
    rotation->turned_seq = strtoull(PQgetvalue(result, 0, 8), NULL, 10);
}


void
ctl_rotation_row_stop(const char *step)
{
    const char  *stop;

    stop = getenv("CANVAS_TEST_STOP_AFTER");

    if (stop != NULL && strcmp(stop, step) == 0) {
        raise(SIGSTOP);
    }
}
