/*
 * ctl_load: see the header.
 */

#include "ctl_load.h"

#include "ctl_pgcopy.h"
#include "ctl_progress.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CTL_LOAD_WEEK_MS   (7 * INT64_C(86400000))

/* the first Monday of Unix time was its day 4, from 0 */
#define CTL_LOAD_MONDAY    (4 * INT64_C(86400000))

/* PostgreSQL's time begins in 2000 */
#define CTL_LOAD_PG_EPOCH  INT64_C(946684800000)

#define CTL_LOAD_BUFFER    262144
#define CTL_LOAD_TICK      262144


static ctl_status_t ctl_load_event(ctl_load_t *load,
    const ctl_event_t *event);
static ctl_status_t ctl_load_week(ctl_load_t *load, int64_t ms);
static ctl_status_t ctl_load_close(ctl_load_t *load);
static ctl_status_t ctl_load_call(ctl_load_t *load, const char *sql,
    int64_t ms);
static ctl_status_t ctl_load_flush(ctl_load_t *load);
static void ctl_load_row(ctl_load_t *load, const ctl_event_t *event,
    unsigned color, unsigned old_color);


/*
 * COPY's binary form of a row, numbers in network order:
 *
 *     int16 8   number of fields, then of each field int32 length, bytes:
 *     int64 epoch, int64 seq, int32 x, int32 y, int16 color,
 *     int16 old_color, int64 created_at (us), 16 bytes user_id
 */
typedef struct {
    uint16_t  fields;
    uint32_t  epoch_len;
    uint64_t  epoch;
    uint32_t  seq_len;
    uint64_t  seq;
    uint32_t  x_len;
    uint32_t  x;
    uint32_t  y_len;
    uint32_t  y;
    uint32_t  color_len;
    uint16_t  color;
    uint32_t  old_len;
    uint16_t  old;
    uint32_t  at_len;
    uint64_t  at;
    uint32_t  user_len;
    uint8_t   user[16];
} __attribute__((packed)) ctl_load_row_t;

/* frozen from the first moment: nothing is left for VACUUM to do */
static const char  ctl_load_copy[] =
    "COPY pixel_import (epoch, seq, x, y, color, old_color, created_at, "
    "user_id) FROM STDIN (FORMAT binary, FREEZE)";

/* signature, flags, length of an extension */
static const char  ctl_load_head[] = "PGCOPY\n\377\r\n\0" "\0\0\0\0" "\0\0\0\0";
static const char  ctl_load_tail[] = "\377\377";


ctl_status_t
ctl_load_run(ctl_load_t *load)
{
    ctl_status_t        status;
    const ctl_event_t  *event;

    load->pixels = malloc((size_t) load->width * load->height);
    load->rows = malloc(CTL_LOAD_BUFFER + sizeof(ctl_load_row_t));

    if (load->pixels == NULL || load->rows == NULL) {
        return ctl_error_memory(load->pg->error);
    }

    memset(load->pixels, load->background,
           (size_t) load->width * load->height);
    load->week_end = INT64_MIN;

    for ( ;; ) {
        status = ctl_sort_get(load->sort, &event, load->pg->error);

        if (status != CTL_OK || event == NULL) {
            break;
        }

        status = ctl_load_event(load, event);
        if (status != CTL_OK) {
            break;
        }
    }

    if (status == CTL_OK) {
        status = ctl_load_close(load);
    }

    ctl_progress_end();

    return status;
}


void
ctl_load_free(ctl_load_t *load)
{
    free(load->pixels);
    free(load->rows);
    load->pixels = NULL;
    load->rows = NULL;
}


static ctl_status_t
ctl_load_event(ctl_load_t *load, const ctl_event_t *event)
{
    uint8_t       *pixel;
    unsigned       color;
    ctl_status_t   status;

    if (event->ms >= load->week_end) {
        status = ctl_load_week(load, event->ms);
        if (status != CTL_OK) {
            return status;
        }
    }

    pixel = &load->pixels[event->x + (size_t) event->y * load->width];
    color = load->map[event->color];

    load->events++;
    load->last_ms = event->ms;
    ctl_load_row(load, event, color, *pixel);
    *pixel = color;

    if (load->events % CTL_LOAD_TICK == 0) {
        ctl_progress("%" PRIu64 " of %" PRIu64 " events", load->events,
                     ctl_sort_count(load->sort));
    }

    return load->len >= CTL_LOAD_BUFFER ? ctl_load_flush(load) : CTL_OK;
}


/* closes the table that is open and begins the one of ms */
static ctl_status_t
ctl_load_week(ctl_load_t *load, int64_t ms)
{
    int64_t       since;
    ctl_status_t  status;

    status = ctl_load_close(load);

    if (status == CTL_OK) {
        status = ctl_load_call(load, "SELECT import_stage($1)", ms);
    }

    if (status == CTL_OK) {
        status = ctl_pgcopy_begin(load->pg, ctl_load_copy);
    }

    if (status != CTL_OK) {
        return status;
    }

    if (load->events == 0) {
        load->first_ms = ms;
    }

    /* ms is not negative, but may be before the first Monday */
    since = ms + CTL_LOAD_WEEK_MS - CTL_LOAD_MONDAY;
    load->week_end = ms - since % CTL_LOAD_WEEK_MS + CTL_LOAD_WEEK_MS;

    memcpy(load->rows, ctl_load_head, sizeof(ctl_load_head) - 1);
    load->len = sizeof(ctl_load_head) - 1;

    return CTL_OK;
}


static ctl_status_t
ctl_load_close(ctl_load_t *load)
{
    ctl_status_t  status;

    if (load->events == 0) {
        return CTL_OK;
    }

    memcpy(load->rows + load->len, ctl_load_tail, sizeof(ctl_load_tail) - 1);
    load->len += sizeof(ctl_load_tail) - 1;

    status = ctl_load_flush(load);

    if (status == CTL_OK) {
        status = ctl_pgcopy_end(load->pg, NULL);
    }

    if (status == CTL_OK) {
        ctl_progress("%" PRIu64 " of %" PRIu64 " events: indexes",
                     load->events, ctl_sort_count(load->sort));
        status = ctl_load_call(load, "SELECT import_index($1)",
                               load->last_ms);
    }

    return status;
}


static ctl_status_t
ctl_load_call(ctl_load_t *load, const char *sql, int64_t ms)
{
    char               text[24];
    const char *const  values[] = { text };

    snprintf(text, sizeof(text), "%" PRId64, ms);

    return ctl_pg_run(load->pg, sql, 1, values);
}


static ctl_status_t
ctl_load_flush(ctl_load_t *load)
{
    ctl_status_t  status;

    status = ctl_pgcopy_put(load->pg, load->rows, load->len);
    load->len = 0;

    return status;
}


static void
ctl_load_row(ctl_load_t *load, const ctl_event_t *event, unsigned color,
    unsigned old_color)
{
    ctl_load_row_t  row;

    row.fields = htobe16(8);
    row.epoch_len = htobe32(8);
    row.epoch = htobe64(load->epoch);
    row.seq_len = htobe32(8);
    row.seq = htobe64(load->events);
    row.x_len = htobe32(4);
    row.x = htobe32(event->x);
    row.y_len = htobe32(4);
    row.y = htobe32(event->y);
    row.color_len = htobe32(2);
    row.color = htobe16(color);
    row.old_len = htobe32(2);
    row.old = htobe16(old_color);
    row.at_len = htobe32(8);
    row.at = htobe64((event->ms - CTL_LOAD_PG_EPOCH) * 1000);
    row.user_len = htobe32(16);
    memcpy(row.user, event->user, 16);

    memcpy(load->rows + load->len, &row, sizeof(row));
    load->len += sizeof(row);
}
