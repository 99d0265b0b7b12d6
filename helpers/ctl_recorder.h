/*
 * ctl_recorder: the log from Redis' stream into PostgreSQL, exactly once.
 * record runs it for ever, rotate and restore run it until a position.
 *
 * Where it stands is in PostgreSQL (recorder_progress), changed in the same
 * transaction as the events; what the stream delivers again is skipped.  One
 * recorder at a time: it holds a session advisory lock on the connection it
 * writes through, so whoever lost the lock cannot write either.
 *
 * Behind the log, in larger steps, follow the boards in Redis (ctl_fold) and
 * the counters of actors and week in PostgreSQL (record_count).
 *
 * After any failure: ctl_recorder_end(), then begin again.
 */

#ifndef CTL_RECORDER_H_INCLUDED
#define CTL_RECORDER_H_INCLUDED

#include "canvas_event.h"
#include "ctl_fold.h"
#include "ctl_pg.h"
#include "ctl_position.h"
#include "ctl_redis.h"

/* entries of one transaction at most; a read makes Redis wait */
#define CTL_RECORDER_READS  10
#define CTL_RECORDER_READ   2000
#define CTL_RECORDER_BATCH  (CTL_RECORDER_READS * CTL_RECORDER_READ)

/*
 * So many of the newest entries of an epoch stay in the stream although they
 * are recorded: nginx repairs gaps of its image from there.
 */
#define CTL_RECORDER_KEEP   65536

/*
 * While the stream is busy, boards and counters follow so often: an actor
 * that placed several times in between is written once.
 */
#define CTL_RECORDER_FOLD_MS   1000
#define CTL_RECORDER_COUNT_MS  5000

typedef struct {
    ctl_redis_t      *redis;
    ctl_pg_t         *pg;
    ctl_error_t      *error;
    ctl_position_t    done;         /* committed up to here */
    ctl_position_t    written;      /* the progress inside the transaction */
    ctl_position_t    reread;       /* the stream was asked again from here */
    bool              dead;         /* see ctl_batch_conflict() */
    bool              turned;       /* failed: Redis shows a page that was
                                       turned, as far as is recorded */
    uint64_t          events;       /* committed since begin */
    bool              notices;      /* log what is no error, too */

    canvas_event_t   *batch;        /* of one epoch, on their way */
    size_t            batch_n;
    char             *rows;         /* room for them as COPY data */
    bool              careful;      /* look for events that are refused */
    bool              plain;        /* batch is all that was recorded */

    ctl_fold_t        fold;
    int64_t           fold_at;      /* ms: when to do these again */
    int64_t           count_at;
    ctl_position_t    counted;      /* by record_count() */
    bool              fold_failed;  /* logged already */
    bool              count_failed;
} ctl_recorder_t;

/* where the recorder stands, whoever it is */
ctl_status_t ctl_recorder_progress(ctl_pg_t *pg, ctl_position_t *position);

/* recorder is all zero at first; CTL_NOT_DUE: another one is active */
ctl_status_t ctl_recorder_begin(ctl_recorder_t *recorder,
    ctl_redis_t *redis, ctl_pg_t *pg);

/* one batch; waits up to block_ms for its first entry.  *n: entries seen */
ctl_status_t ctl_recorder_step(ctl_recorder_t *recorder, int block_ms,
    size_t *n);

/* brings boards and counters to where the log is, now */
ctl_status_t ctl_recorder_settle(ctl_recorder_t *recorder);

void ctl_recorder_end(ctl_recorder_t *recorder);

/*
 * Waits until everything up to position is recorded, and records it here if
 * no recorder is active.  CTL_TEMPORARY when another one does not get there.
 */
ctl_status_t ctl_recorder_drain(ctl_redis_t *redis, ctl_pg_t *pg,
    ctl_position_t position);

#endif /* CTL_RECORDER_H_INCLUDED */
