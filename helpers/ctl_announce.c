/*
 * ctl_announce: see the header.
 */

#include "ctl_announce.h"

#include "ctl_canvas.h"


static ctl_status_t ctl_announce_one(ctl_t *ctl, const char *const *id,
    const char *notice);


ctl_status_t
ctl_announce(ctl_t *ctl)
{
    int            i;
    PGresult      *rows;
    const char    *id[2];
    ctl_status_t   status;

    rows = ctl_pg_query(&ctl->pg, "SELECT kind, id, notice "
                        "FROM announcements()", 0, NULL);
    if (rows == NULL) {
        return ctl->error.status;
    }

    status = CTL_OK;

    for (i = 0; i < PQntuples(rows) && status == CTL_OK; i++) {
        id[0] = PQgetvalue(rows, i, 0);
        id[1] = PQgetvalue(rows, i, 1);

        status = ctl_announce_one(ctl, id, PQgetvalue(rows, i, 2));
    }

    PQclear(rows);

    return status;
}


static ctl_status_t
ctl_announce_one(ctl_t *ctl, const char *const *id, const char *notice)
{
    ctl_status_t  status;

    status = ctl_canvas_notice(&ctl->redis, '*', notice);

    if (status != CTL_OK) {
        return status;
    }

    return ctl_pg_run(&ctl->pg, "SELECT announcement_made($1::text, "
                      "$2::uuid)", 2, id);
}
