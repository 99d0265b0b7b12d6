/*
 * ctl_part: see the header.
 */

#include "ctl_part.h"

#include "ctl_pgcopy.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* PostgreSQL's time begins in 2000 */
#define CTL_PART_PG_EPOCH  INT64_C(946684800000)

#define CTL_PART_BUFFER    65536


static ctl_status_t ctl_part_copy(ctl_part_t *part);
static ctl_status_t ctl_part_flush(ctl_part_t *part);


/*
 * COPY's binary form of a row, numbers in network order:
 *
 *     int16 9   number of fields, then of each field int32 length, bytes:
 *     int64 epoch, int64 seq, int64 id, int32 x, int32 y, int16 color,
 *     int16 old_color, int64 created_at (us), 16 bytes user_id
 */
typedef struct {
    uint16_t  fields;
    uint32_t  epoch_len;
    uint64_t  epoch;
    uint32_t  seq_len;
    uint64_t  seq;
    uint32_t  id_len;
    uint64_t  id;
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
} __attribute__((packed)) ctl_part_fields_t;

/* signature, flags, length of an extension */
static const char  ctl_part_head[] = "PGCOPY\n\377\r\n\0" "\0\0\0\0" "\0\0\0\0";
static const char  ctl_part_tail[] = "\377\377";


ctl_status_t
ctl_part_open(ctl_part_t *part, const ctl_pg_t *main)
{
    memset(part, 0, sizeof(*part));

    part->pg.conf = main->conf;
    part->pg.error = main->error;
    part->pg.timeout_ms = main->timeout_ms;
    snprintf(part->import, sizeof(part->import), "%d",
             PQbackendPID(main->conn));

    part->rows = malloc(CTL_PART_BUFFER + sizeof(ctl_part_fields_t)
                        + sizeof(ctl_part_tail));

    return part->rows != NULL ? ctl_pg_connect(&part->pg)
                              : ctl_error_memory(part->pg.error);
}


void
ctl_part_close(ctl_part_t *part)
{
    if (part->indexing) {
        ctl_pg_cancel(&part->pg);
    }

    ctl_pg_close(&part->pg);
    free(part->rows);
    part->rows = NULL;
}


ctl_status_t
ctl_part_begin(ctl_part_t *part, unsigned n)
{
    ctl_status_t       status;
    const char *const  values[] = { part->import, part->number };

    status = ctl_part_wait(part);
    snprintf(part->number, sizeof(part->number), "%u", n);

    if (status == CTL_OK) {
        status = ctl_pg_begin(&part->pg);
    }

    if (status == CTL_OK) {
        status = ctl_pg_run(&part->pg, "SELECT import_stage($1, $2)", 2,
                            values);
    }

    return status == CTL_OK ? ctl_part_copy(part) : status;
}


ctl_status_t
ctl_part_put(ctl_part_t *part, const ctl_part_row_t *row)
{
    ctl_part_fields_t  fields;

    fields.fields = htobe16(9);
    fields.epoch_len = htobe32(8);
    fields.epoch = htobe64(row->epoch);
    fields.seq_len = htobe32(8);
    fields.seq = htobe64(row->seq);
    fields.id_len = htobe32(8);
    fields.id = htobe64(row->id);
    fields.x_len = htobe32(4);
    fields.x = htobe32(row->x);
    fields.y_len = htobe32(4);
    fields.y = htobe32(row->y);
    fields.color_len = htobe32(2);
    fields.color = htobe16(row->color);
    fields.old_len = htobe32(2);
    fields.old = htobe16(row->old_color);
    fields.at_len = htobe32(8);
    fields.at = htobe64((row->ms - CTL_PART_PG_EPOCH) * 1000);
    fields.user_len = htobe32(16);
    memcpy(fields.user, row->user, 16);

    memcpy(part->rows + part->len, &fields, sizeof(fields));
    part->len += sizeof(fields);

    return part->len >= CTL_PART_BUFFER ? ctl_part_flush(part) : CTL_OK;
}


ctl_status_t
ctl_part_end(ctl_part_t *part, int64_t from, int64_t to)
{
    char               begin[24], end[24];
    ctl_status_t       status;
    const char *const  values[] = { part->import, part->number, begin, end };

    snprintf(begin, sizeof(begin), "%" PRId64, from);
    snprintf(end, sizeof(end), "%" PRId64, to);

    memcpy(part->rows + part->len, ctl_part_tail, sizeof(ctl_part_tail) - 1);
    part->len += sizeof(ctl_part_tail) - 1;

    status = ctl_part_flush(part);

    if (status == CTL_OK) {
        status = ctl_pgcopy_end(&part->pg, NULL);
    }

    if (status == CTL_OK) {
        status = ctl_pg_send(&part->pg, "SELECT import_index($1, $2, $3, $4)",
                             4, values);
        part->indexing = status == CTL_OK;
    }

    return status;
}


ctl_status_t
ctl_part_wait(ctl_part_t *part)
{
    ctl_status_t  status;

    if (!part->indexing) {
        return CTL_OK;
    }

    part->indexing = false;
    status = ctl_pg_receive(&part->pg);

    return status == CTL_OK ? ctl_pg_commit(&part->pg) : status;
}


/* frozen from the first moment: nothing is left for VACUUM to do */
static ctl_status_t
ctl_part_copy(ctl_part_t *part)
{
    char  sql[192];

    snprintf(sql, sizeof(sql),
             "COPY pixel_import_%s_%s (epoch, seq, id, x, y, color, "
             "old_color, created_at, user_id) FROM STDIN (FORMAT binary, "
             "FREEZE)", part->import, part->number);

    memcpy(part->rows, ctl_part_head, sizeof(ctl_part_head) - 1);
    part->len = sizeof(ctl_part_head) - 1;

    return ctl_pgcopy_begin(&part->pg, sql);
}


static ctl_status_t
ctl_part_flush(ctl_part_t *part)
{
    ctl_status_t  status;

    status = ctl_pgcopy_put(&part->pg, part->rows, part->len);
    part->len = 0;

    return status;
}
