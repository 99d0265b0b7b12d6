/*
 * ctl_decay: see the header.  What Redis does not do now, because others have
 * the epoch or the recorder is far behind, is due again the next time.
 */

#include "ctl_decay.h"

#include "ctl_canvas.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* events looked at in one statement, and statements of one run */
#define CTL_DECAY_EVENTS  "10000"
#define CTL_DECAY_ROUNDS  5

/* of one call: Redis does nothing else meanwhile */
#define CTL_DECAY_PIXELS  250
#define CTL_DECAY_PIXEL   4

/* columns of decay_due() */
enum {
    CTL_DECAY_EPOCH,
    CTL_DECAY_SEQ,
    CTL_DECAY_COLOR,
    CTL_DECAY_DUE,
    CTL_DECAY_TO_EPOCH,
    CTL_DECAY_TO_SEQ,
    CTL_DECAY_MORE
};


static ctl_status_t ctl_decay_round(ctl_t *ctl, const PGresult *due,
    bool *again);
static ctl_status_t ctl_decay_fade(ctl_t *ctl, const PGresult *due,
    const uint8_t *pixels, size_t n, bool *passed);
static ctl_status_t ctl_decay_passed(ctl_t *ctl, const PGresult *due);


ctl_status_t
ctl_decay_run(ctl_t *ctl)
{
    int                rounds;
    bool               again;
    char               ms[24];
    uint64_t           now;
    PGresult          *due;
    ctl_status_t       status;
    const char *const  values[] = { ms };

    status = ctl_redis_time(&ctl->redis, &now);
    snprintf(ms, sizeof(ms), "%" PRIu64, now);
    again = true;

    for (rounds = 0; rounds < CTL_DECAY_ROUNDS && again; rounds++) {
        again = false;

        if (status != CTL_OK) {
            return status;
        }

        due = ctl_pg_query(&ctl->pg,
                           "SELECT epoch, seq, color, pixels, to_epoch, "
                           "to_seq, more FROM decay_due(decay_horizon("
                           "timestamptz 'epoch' + $1::bigint * interval "
                           "'1 ms'), " CTL_DECAY_EVENTS ")", 1, values);
        if (due == NULL) {
            return ctl->error.status;
        }

        if (PQntuples(due) == 1) {
            status = ctl_decay_round(ctl, due, &again);
        }

        PQclear(due);
    }

    return status;
}


/* *again: nothing is left of these, and there are more */
static ctl_status_t
ctl_decay_round(ctl_t *ctl, const PGresult *due, bool *again)
{
    bool            passed;
    size_t          len;
    ctl_status_t    status;
    unsigned char  *pixels;

    pixels = PQunescapeBytea((const unsigned char *)
                             PQgetvalue(due, 0, CTL_DECAY_DUE), &len);
    if (pixels == NULL) {
        return ctl_error_memory(&ctl->error);
    }

    passed = true;
    status = CTL_OK;

    if (len > 0) {
        status = ctl_decay_fade(ctl, due, pixels, len / CTL_DECAY_PIXEL,
                                &passed);

        if (status == CTL_OK && passed) {
            status = ctl_decay_passed(ctl, due);
        }
    }

    PQfreemem(pixels);
    *again = passed && PQgetvalue(due, 0, CTL_DECAY_MORE)[0] == 't';

    return status;
}


/* *passed: all of them had that colour, and nothing changed since */
static ctl_status_t
ctl_decay_fade(ctl_t *ctl, const PGresult *due, const uint8_t *pixels,
    size_t n, bool *passed)
{
    size_t               part;
    ctl_status_t         status;
    ctl_position_t       at;
    ctl_canvas_decay_t   decay;

    at.epoch = strtoull(PQgetvalue(due, 0, CTL_DECAY_EPOCH), NULL, 10);
    at.seq = strtoull(PQgetvalue(due, 0, CTL_DECAY_SEQ), NULL, 10);

    for (/* void */; n > 0; n -= part, pixels += part * CTL_DECAY_PIXEL) {
        part = n < CTL_DECAY_PIXELS ? n : CTL_DECAY_PIXELS;

        memset(&decay, 0, sizeof(decay));
        decay.at = at;
        decay.color = strtoul(PQgetvalue(due, 0, CTL_DECAY_COLOR), NULL, 10);

        status = ctl_canvas_decay(&ctl->redis, pixels, part, &decay);

        if (status != CTL_OK || decay.faded != CTL_CANVAS_FADED) {
            *passed = false;
            return status;
        }

        *passed = *passed && decay.n == 0
                  && ctl_position_compare(decay.at, at) == 0;
    }

    return CTL_OK;
}


/* a change that PostgreSQL has not, or refused: the walk goes on behind it */
static ctl_status_t
ctl_decay_passed(ctl_t *ctl, const PGresult *due)
{
    const char *const  values[] = {
        PQgetvalue(due, 0, CTL_DECAY_TO_EPOCH),
        PQgetvalue(due, 0, CTL_DECAY_TO_SEQ)
    };

    return ctl_pg_run(&ctl->pg, "SELECT decay_passed($1, $2)", 2, values);
}
