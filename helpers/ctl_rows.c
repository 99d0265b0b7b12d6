/*
 * ctl_rows: see the header, and "Binary Format" of COPY in PostgreSQL's
 * documentation.
 */

#include "ctl_rows.h"

#include <string.h>

/* 2000-01-01 in Unix time */
#define CTL_ROWS_EPOCH_MS  946684800000

static const char  ctl_rows_header[19] =
    "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";


static char *ctl_rows_row(char *p, const canvas_event_t *event);
static char *ctl_rows_number(char *p, uint64_t number, int bytes);
static char *ctl_rows_field(char *p, uint64_t number, int bytes);
static char *ctl_rows_null(char *p);
static char *ctl_rows_actor(char *p, const uint8_t *actor);


size_t
ctl_rows_write(char *buf, const canvas_event_t *events, size_t n)
{
    char    *p;
    size_t   i;

    memcpy(buf, ctl_rows_header, sizeof(ctl_rows_header));
    p = buf + sizeof(ctl_rows_header);

    for (i = 0; i < n; i++) {
        p = ctl_rows_row(p, &events[i]);
    }

    return ctl_rows_number(p, 0xffff, 2) - buf;
}


static char *
ctl_rows_row(char *p, const canvas_event_t *event)
{
    p = ctl_rows_number(p, 10, 2);
    p = ctl_rows_field(p, event->epoch, 8);
    p = ctl_rows_field(p, event->seq, 8);
    p = ctl_rows_field(p, event->x, 4);
    p = ctl_rows_field(p, event->y, 4);
    p = ctl_rows_field(p, event->color, 2);
    p = ctl_rows_field(p, event->old, 2);
    p = ctl_rows_actor(p, event->kind == 'u' || event->kind == 'g'
                          ? event->actor : NULL);
    p = ctl_rows_actor(p, event->kind == 'a' ? event->actor : NULL);
    p = ctl_rows_field(p, (event->ms - CTL_ROWS_EPOCH_MS) * 1000, 8);

    return event->faction > 0 ? ctl_rows_field(p, event->faction, 2)
                              : ctl_rows_null(p);
}


static char *
ctl_rows_number(char *p, uint64_t number, int bytes)
{
    int  i;

    for (i = bytes - 1; i >= 0; i--) {
        *p++ = number >> 8 * i;
    }

    return p;
}


static char *
ctl_rows_field(char *p, uint64_t number, int bytes)
{
    return ctl_rows_number(ctl_rows_number(p, bytes, 4), number, bytes);
}


static char *
ctl_rows_null(char *p)
{
    return ctl_rows_number(p, 0xffffffff, 4);
}


static char *
ctl_rows_actor(char *p, const uint8_t *actor)
{
    if (actor == NULL) {
        return ctl_rows_null(p);
    }

    p = ctl_rows_number(p, 16, 4);
    memcpy(p, actor, 16);

    return p + 16;
}
