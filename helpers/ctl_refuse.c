/*
 * ctl_refuse: see the header.
 */

#include "ctl_refuse.h"

#include "canvas_id.h"
#include "ctl_log.h"
#include "ctl_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>


static ctl_status_t ctl_refuse_one(ctl_pg_t *pg,
    const canvas_event_t *event);


/* SQLSTATE classes: data exception, integrity constraint violation */
bool
ctl_refuse_is_final(const ctl_pg_t *pg)
{
    return pg->conn != NULL && pg->error->status == CTL_FAILED
           && (strncmp(pg->sqlstate, "22", 2) == 0
               || strncmp(pg->sqlstate, "23", 2) == 0);
}


ctl_status_t
ctl_refuse_copy_all(ctl_pg_t *pg, const canvas_event_t *events, size_t n,
    char *buf)
{
    return ctl_pg_copy(pg, "COPY pixel_events (" CTL_ROWS_COLUMNS ") "
                       "FROM STDIN (FORMAT binary)", buf,
                       ctl_rows_write(buf, events, n));
}


ctl_status_t
ctl_refuse_copy(ctl_pg_t *pg, const canvas_event_t *events, size_t n,
    char *buf, size_t *refused)
{
    ctl_status_t  status;

    status = ctl_pg_run(pg, "SAVEPOINT refuse", 0, NULL);
    if (status != CTL_OK) {
        return status;
    }

    status = ctl_refuse_copy_all(pg, events, n, buf);

    if (status == CTL_OK) {
        return ctl_pg_run(pg, "RELEASE refuse", 0, NULL);
    }

    if (!ctl_refuse_is_final(pg)) {
        return status;
    }

    status = ctl_pg_script(pg, "ROLLBACK TO refuse; RELEASE refuse",
                           "after a refusal");
    if (status != CTL_OK) {
        return status;
    }

    if (n == 1) {
        (*refused)++;
        return ctl_refuse_one(pg, events);
    }

    status = ctl_refuse_copy(pg, events, n / 2, buf, refused);

    if (status == CTL_OK) {
        status = ctl_refuse_copy(pg, events + n / 2, n - n / 2, buf,
                                 refused);
    }

    return status;
}


/* pg->error still says why */
static ctl_status_t
ctl_refuse_one(ctl_pg_t *pg, const canvas_event_t *event)
{
    char         epoch[24], seq[24], x[8], y[8], color[8], old[8], kind[2],
                 actor[CANVAS_UUID_LEN + 1], ms[24],
                 reason[sizeof(pg->error->text)];
    const char  *values[] = {
        epoch, seq, x, y, color, old, kind, actor, ms, reason
    };

    snprintf(epoch, sizeof(epoch), "%" PRIu64, event->epoch);
    snprintf(seq, sizeof(seq), "%" PRIu64, event->seq);
    snprintf(x, sizeof(x), "%u", event->x);
    snprintf(y, sizeof(y), "%u", event->y);
    snprintf(color, sizeof(color), "%u", event->color);
    snprintf(old, sizeof(old), "%u", event->old);
    snprintf(kind, sizeof(kind), "%c", event->kind);
    canvas_uuid_format(event->actor, actor);
    actor[CANVAS_UUID_LEN] = '\0';
    snprintf(ms, sizeof(ms), "%" PRIu64, event->ms);
    snprintf(reason, sizeof(reason), "%s", pg->error->text);

    ctl_log(CTL_LOG_ALERT, "canvas record: event %s-%s is refused and left "
            "out, see pixel_events_refused: %s", epoch, seq, reason);

    return ctl_pg_run(pg,
                      "INSERT INTO pixel_events_refused (epoch, seq, x, y, "
                      "color, old_color, kind, actor_id, ms, reason) VALUES "
                      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                      "ON CONFLICT DO NOTHING",
                      10, values);
}
