/*
 * ctl_recorder: the log from Redis' stream into PostgreSQL, exactly once.
 * record runs it for ever, rotate and restore run it until a position.
 *
 * Where it stands is in PostgreSQL (recorder_progress), changed in the same
 * transaction as the events; what the stream delivers again is skipped.  One
 * recorder at a time: it holds a session advisory lock on the connection it
 * writes through, so whoever lost the lock cannot write either.
 *
 * After any failure: ctl_recorder_end(), then begin again.
 */

#ifndef CTL_RECORDER_H_INCLUDED
#define CTL_RECORDER_H_INCLUDED

#include "canvas_event.h"
#include "ctl_pg.h"
#include "ctl_redis.h"

/* entries of one transaction at most */
#define CTL_RECORDER_BATCH  20000

/*
 * So many of the newest entries of an epoch stay in the stream although they
 * are recorded: nginx repairs gaps of its image from there.
 */
#define CTL_RECORDER_KEEP   65536

typedef struct {
    uint64_t  epoch;
    uint64_t  seq;
} ctl_position_t;

typedef struct {
    ctl_redis_t      *redis;
    ctl_pg_t         *pg;
    ctl_error_t      *error;
    ctl_position_t    done;             /* committed up to here */
    uint64_t          dead_epoch;       /* see ctl_recorder_conflict() */
    uint64_t          events;           /* committed since begin */
    bool              notices;          /* log what is no error, too */
    bool              pending;          /* still at what an earlier run did
                                           not acknowledge */
    char              after[48];        /* the last of those, "0" at first */
    char             *rows;             /* COPY data */
    size_t            rows_len;
    size_t            rows_size;
} ctl_recorder_t;

/* negative, 0 or positive as a is before, at or behind b */
int ctl_position_compare(ctl_position_t a, ctl_position_t b);

/* where the recorder stands, whoever it is */
ctl_status_t ctl_recorder_progress(ctl_pg_t *pg, ctl_position_t *position);

/* recorder is all zero at first; CTL_NOT_DUE: another one is active */
ctl_status_t ctl_recorder_begin(ctl_recorder_t *recorder,
    ctl_redis_t *redis, ctl_pg_t *pg);

/* one batch; waits up to block_ms for its first entry.  *n: entries seen */
ctl_status_t ctl_recorder_step(ctl_recorder_t *recorder, int block_ms,
    size_t *n);

void ctl_recorder_end(ctl_recorder_t *recorder);

/*
 * Waits until everything up to position is recorded, and records it here if
 * no recorder is active.  CTL_TEMPORARY when another one does not get there.
 */
ctl_status_t ctl_recorder_drain(ctl_redis_t *redis, ctl_pg_t *pg,
    ctl_position_t position);

#endif /* CTL_RECORDER_H_INCLUDED */
