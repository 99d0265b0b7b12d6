/*
 * ctl_instant: see the header.
 */

#include "ctl_instant.h"

#include "canvas_grid.h"
#include "ctl_bytea.h"
#include "ctl_events.h"
#include "ctl_time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static ctl_status_t ctl_instant_known(ctl_t *ctl, const ctl_week_t *week,
    int64_t us, ctl_position_t at);
static ctl_status_t ctl_instant_later(ctl_t *ctl, const ctl_span_t *span,
    int64_t us, uint64_t *seq);
static ctl_status_t ctl_instant_first(const ctl_week_t *week,
    ctl_image_t *image, ctl_error_t *error);
static ctl_status_t ctl_instant_snapshot(ctl_t *ctl, const ctl_week_t *week,
    ctl_position_t *at, ctl_image_t *image);
static ctl_status_t ctl_instant_load(ctl_t *ctl, const ctl_span_t *span,
    uint64_t *seq, ctl_image_t *image);
static ctl_status_t ctl_instant_apply(void *data,
    const ctl_change_t *change);


ctl_status_t
ctl_instant_time(ctl_t *ctl, const ctl_week_t *week, int64_t us,
    ctl_position_t *at)
{
    char           asked[CTL_TIME_LEN], from[CTL_TIME_LEN],
                   to[CTL_TIME_LEN];
    size_t         i;
    uint64_t       later;
    ctl_span_t     span;
    ctl_status_t   status;

    if (us < week->started || us > week->ended) {
        ctl_time_format(us, asked);
        ctl_time_format(week->started, from);
        ctl_time_format(week->ended, to);

        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "%s is not in %s, which lasts from %s to %s",
                             asked, week->name, from, to);
    }

    *at = week->start;

    for (i = 0; i < week->n; i++) {
        if (!ctl_week_clip(week, i, week->start, week->end, &span)) {
            continue;
        }

        if (i > 0 && span.fresh && span.us > us) {
            break;
        }

        status = ctl_instant_later(ctl, &span, us, &later);
        if (status != CTL_OK) {
            return status;
        }

        at->epoch = span.epoch;
        at->seq = later != 0 ? later - 1 : span.to;

        if (later != 0) {
            break;
        }
    }

    return ctl_instant_known(ctl, week, us, *at);
}


/* where events are gone, the first that is left may be long after us */
static ctl_status_t
ctl_instant_known(ctl_t *ctl, const ctl_week_t *week, int64_t us,
    ctl_position_t at)
{
    int                 n;
    char                epoch[24], seq[24], time[CTL_TIME_LEN];
    size_t              i;
    PGresult           *result;
    const char *const   values[] = { epoch, seq };

    for (i = 0; i < week->n; i++) {
        if (week->spans[i].epoch == at.epoch
            && week->spans[i].from == at.seq)
        {
            return CTL_OK;              /* no change, but a beginning */
        }
    }

    if (week->n == 0 || ctl_position_compare(at, week->start) == 0) {
        return CTL_OK;
    }

    snprintf(epoch, sizeof(epoch), "%" PRIu64, at.epoch);
    snprintf(seq, sizeof(seq), "%" PRIu64, at.seq);

    result = ctl_pg_query(&ctl->pg,
                          "SELECT FROM pixel_events "
                          "WHERE epoch = $1 AND seq = $2", 2, values);
    if (result == NULL) {
        return ctl->error.status;
    }

    n = PQntuples(result);
    PQclear(result);

    if (n > 0) {
        return CTL_OK;
    }

    ctl_time_format(us, time);

    return ctl_error_set(&ctl->error, CTL_FAILED,
                         "the changes of %s are not in PostgreSQL any more "
                         "(events are kept for a limited time)", time);
}


/* the first change of the span that is later than us; 0: none */
static ctl_status_t
ctl_instant_later(ctl_t *ctl, const ctl_span_t *span, int64_t us,
    uint64_t *seq)
{
    char               epoch[24], from[24], to[24], time[CTL_TIME_LEN];
    PGresult          *result;
    const char *const  values[] = { epoch, from, to, time };

    snprintf(epoch, sizeof(epoch), "%" PRIu64, span->epoch);
    snprintf(from, sizeof(from), "%" PRIu64, span->from);
    snprintf(to, sizeof(to), "%" PRIu64, span->to);
    ctl_time_format(us, time);

    result = ctl_pg_query(&ctl->pg,
                          "SELECT seq FROM pixel_events "
                          "WHERE epoch = $1 AND seq > $2 AND seq <= $3 "
                          "AND created_at > $4 ORDER BY seq LIMIT 1", 4,
                          values);
    if (result == NULL) {
        return ctl->error.status;
    }

    *seq = PQntuples(result) == 1
           ? strtoull(PQgetvalue(result, 0, 0), NULL, 10) : 0;
    PQclear(result);

    return CTL_OK;
}


ctl_status_t
ctl_instant_seq(ctl_t *ctl, const ctl_week_t *week, uint64_t seq,
    ctl_position_t *at)
{
    size_t  i;

    if (seq == week->start.seq) {
        *at = week->start;
        return CTL_OK;
    }

    for (i = week->n; i-- > 0; /* void */ ) {
        if (seq > week->spans[i].from && seq <= week->spans[i].to) {
            at->epoch = week->spans[i].epoch;
            at->seq = seq;

            return CTL_OK;
        }
    }

    return ctl_error_set(&ctl->error, CTL_USAGE,
                         "change %" PRIu64 " is not in %s, which has %" PRIu64
                         " to %" PRIu64, seq, week->name, week->start.seq,
                         week->end.seq);
}


ctl_status_t
ctl_instant_image(ctl_t *ctl, const ctl_week_t *week, ctl_position_t at,
    ctl_image_t *image)
{
    uint64_t        missing;
    ctl_status_t    status;
    ctl_position_t  from;

    from = at;
    missing = 0;

    status = ctl_instant_first(week, image, &ctl->error);

    if (status == CTL_OK) {
        status = ctl_instant_snapshot(ctl, week, &from, image);
    }

    if (status == CTL_OK) {
        status = ctl_events_run(ctl, week, from, at, ctl_instant_apply,
                                image, &missing);
    }

    if (status == CTL_OK && missing > 0) {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "%" PRIu64 " of the changes that lead there are "
                             "not in PostgreSQL any more (events are kept "
                             "for a limited time)", missing);
    }

    return status;
}


/* what the week began with */
static ctl_status_t
ctl_instant_first(const ctl_week_t *week, ctl_image_t *image,
    ctl_error_t *error)
{
    size_t  n;

    n = (size_t) week->width * week->height;

    image->width = week->width;
    image->height = week->height;
    image->palette = week->palette;
    image->pixels = malloc(n);

    if (image->pixels == NULL) {
        return ctl_error_memory(error);
    }

    if (week->first != NULL) {
        memcpy(image->pixels, week->first, n);
    } else {
        memset(image->pixels, week->background, n);
    }

    return CTL_OK;
}


/*
 * Goes back from *at to the nearest snapshot or fresh canvas, which image
 * then holds, and to the beginning of the week where there is none.  A
 * snapshot inside of a span is of what counts.
 */
static ctl_status_t
ctl_instant_snapshot(ctl_t *ctl, const ctl_week_t *week, ctl_position_t *at,
    ctl_image_t *image)
{
    size_t          i;
    uint64_t        seq;
    ctl_span_t      span;
    ctl_status_t    status;
    ctl_position_t  to;

    to = *at;

    for (i = week->n; i-- > 0; /* void */ ) {
        span = week->spans[i];

        if (span.epoch > to.epoch) {
            continue;
        }

        if (span.epoch == to.epoch && to.seq < span.to) {
            span.to = to.seq;
        }

        status = ctl_instant_load(ctl, &span, &seq, image);
        if (status != CTL_OK) {
            return status;
        }

        at->epoch = span.epoch;

        if (seq != UINT64_MAX) {
            at->seq = seq;
            return CTL_OK;
        }

        /* but for the first one, which the week may have begun before */
        if (span.fresh && span.epoch != week->start.epoch) {
            memset(image->pixels, week->background,
                   (size_t) week->width * week->height);
            at->seq = span.from;
            return CTL_OK;
        }
    }

    *at = week->start;

    return CTL_OK;
}


/* the last snapshot of the span; *seq UINT64_MAX: none */
static ctl_status_t
ctl_instant_load(ctl_t *ctl, const ctl_span_t *span, uint64_t *seq,
    ctl_image_t *image)
{
    char                epoch[24], from[24], to[24], size[2][16];
    size_t              n;
    uint8_t            *packed;
    unsigned            bits;
    PGresult           *result;
    ctl_status_t        status;
    const char *const   values[] = { epoch, from, to, size[0], size[1] };

    snprintf(epoch, sizeof(epoch), "%" PRIu64, span->epoch);
    snprintf(from, sizeof(from), "%" PRIu64, span->from);
    snprintf(to, sizeof(to), "%" PRIu64, span->to);
    snprintf(size[0], sizeof(size[0]), "%u", image->width);
    snprintf(size[1], sizeof(size[1]), "%u", image->height);

    result = ctl_pg_query(&ctl->pg,
                          "SELECT seq, canvas_data FROM canvas_snapshots "
                          "WHERE epoch = $1 AND seq >= $2 AND seq <= $3 "
                          "AND width = $4 AND height = $5 "
                          "ORDER BY seq DESC LIMIT 1", 5, values);
    if (result == NULL) {
        return ctl->error.status;
    }

    *seq = UINT64_MAX;

    if (PQntuples(result) == 0) {
        PQclear(result);
        return CTL_OK;
    }

    *seq = strtoull(PQgetvalue(result, 0, 0), NULL, 10);

    n = (size_t) image->width * image->height;
    bits = canvas_palette_bits(&image->palette);
    packed = malloc(canvas_grid_packed_size(n, bits));

    status = packed == NULL ? ctl_error_memory(&ctl->error)
             : ctl_bytea_unpack(PQgetvalue(result, 0, 1), packed,
                                canvas_grid_packed_size(n, bits),
                                &ctl->error);

    if (status == CTL_OK) {
        canvas_grid_unpack(image->pixels, packed, n, bits);
    }

    free(packed);
    PQclear(result);

    return status;
}


static ctl_status_t
ctl_instant_apply(void *data, const ctl_change_t *change)
{
    ctl_image_t  *image;

    image = data;

    if (change->clear) {
        memset(image->pixels, change->color,
               (size_t) image->width * image->height);
    } else {
        image->pixels[(size_t) change->y * image->width + change->x] =
            change->color;
    }

    return CTL_OK;
}
