/*
 * ctl_recorder: see the header.  A batch is one XREADGROUP and one
 * transaction: runs of pixels go through COPY, markers one by one, in the
 * order of the log.
 */

#include "ctl_recorder.h"

#include "ctl_batch.h"
#include "ctl_group.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CTL_RECORDER_LOCK      "canvas:record"

/* ctl_recorder_drain(): how long another recorder may take */
#define CTL_RECORDER_DRAIN_MS  600000
#define CTL_RECORDER_POLL_MS   100


static ctl_status_t ctl_recorder_read(ctl_recorder_t *recorder, int block_ms,
    redisReply **reply);
static size_t ctl_recorder_known(ctl_recorder_t *recorder,
    const redisReply *entries);
static ctl_status_t ctl_recorder_batch(ctl_recorder_t *recorder,
    const redisReply *entries, size_t n);
static ctl_status_t ctl_recorder_trim(ctl_recorder_t *recorder);
static ctl_status_t ctl_recorder_drain_here(ctl_recorder_t *recorder,
    ctl_position_t position);


int
ctl_position_compare(ctl_position_t a, ctl_position_t b)
{
    if (a.epoch != b.epoch) {
        return a.epoch < b.epoch ? -1 : 1;
    }

    return (a.seq > b.seq) - (a.seq < b.seq);
}


ctl_status_t
ctl_recorder_progress(ctl_pg_t *pg, ctl_position_t *position)
{
    PGresult  *result;

    result = ctl_pg_query(pg, "SELECT epoch, seq FROM recorder_progress", 0,
                          NULL);
    if (result == NULL) {
        return pg->error->status;
    }

    position->epoch = 0;
    position->seq = 0;

    if (PQntuples(result) == 1) {
        position->epoch = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
        position->seq = strtoull(PQgetvalue(result, 0, 1), NULL, 10);
    }

    PQclear(result);

    return CTL_OK;
}


ctl_status_t
ctl_recorder_begin(ctl_recorder_t *recorder, ctl_redis_t *redis,
    ctl_pg_t *pg)
{
    ctl_status_t  status;

    memset(recorder, 0, sizeof(*recorder));
    recorder->redis = redis;
    recorder->pg = pg;
    recorder->error = pg->error;
    recorder->pending = true;
    strcpy(recorder->after, "0");

    status = ctl_redis_connect(redis);

    if (status == CTL_OK) {
        status = ctl_pg_connect(pg);
    }

    if (status == CTL_OK) {
        status = ctl_pg_lock(pg, CTL_RECORDER_LOCK, false);
    }

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(pg->error, CTL_NOT_DUE,
                             "another recorder is active");
    }

    if (status == CTL_OK) {
        status = ctl_recorder_progress(pg, &recorder->done);
    }

    if (status == CTL_OK) {
        status = ctl_group_create(redis);
    }

    if (status == CTL_OK) {
        status = ctl_group_rewind(redis, recorder->done.epoch,
                                  recorder->done.seq);
    }

    return status;
}


void
ctl_recorder_end(ctl_recorder_t *recorder)
{
    ctl_error_t  kept;

    free(recorder->rows);
    recorder->rows = NULL;
    recorder->rows_size = 0;

    if (recorder->pg == NULL || recorder->pg->conn == NULL) {
        return;                         /* the lock went with the session */
    }

    kept = *recorder->error;
    ctl_pg_rollback(recorder->pg);

    if (ctl_pg_unlock(recorder->pg, CTL_RECORDER_LOCK) != CTL_OK) {
        ctl_pg_close(recorder->pg);
    }

    *recorder->error = kept;
}


ctl_status_t
ctl_recorder_step(ctl_recorder_t *recorder, int block_ms, size_t *n)
{
    redisReply        *reply;
    ctl_status_t       status;
    const redisReply  *entries;

    *n = 0;

    status = ctl_recorder_read(recorder, block_ms, &reply);
    if (status != CTL_OK || reply == NULL) {
        return status;
    }

    entries = ctl_batch_entries(reply);

    if (entries == NULL || entries->elements == 0) {
        recorder->pending = false;
        freeReplyObject(reply);
        return CTL_OK;
    }

    *n = entries->elements;

    if (recorder->pending) {
        *n = ctl_recorder_known(recorder, entries);
        recorder->pending = *n == entries->elements;
    }

    if (*n > 0) {
        status = ctl_recorder_batch(recorder, entries, *n);
    }

    if (status == CTL_OK && *n > 0) {
        snprintf(recorder->after, sizeof(recorder->after), "%s",
                 entries->element[*n - 1]->element[0]->str);

        status = ctl_group_ack(recorder->redis, entries, *n);
    }

    if (status == CTL_OK) {
        status = ctl_recorder_trim(recorder);
    }

    freeReplyObject(reply);

    return status;
}


ctl_status_t
ctl_recorder_drain(ctl_redis_t *redis, ctl_pg_t *pg, ctl_position_t position)
{
    int              waited;
    ctl_status_t     status;
    ctl_position_t   at;
    ctl_recorder_t   recorder;
    struct timespec  pause = { 0, CTL_RECORDER_POLL_MS * 1000000 };

    for (waited = 0; waited < CTL_RECORDER_DRAIN_MS;
         waited += CTL_RECORDER_POLL_MS)
    {
        status = ctl_recorder_progress(pg, &at);
        if (status != CTL_OK || ctl_position_compare(at, position) >= 0) {
            return status;
        }

        status = ctl_recorder_begin(&recorder, redis, pg);

        if (status == CTL_OK) {
            status = ctl_recorder_drain_here(&recorder, position);
            ctl_recorder_end(&recorder);
            return status;
        }

        if (status != CTL_NOT_DUE) {
            ctl_recorder_end(&recorder);
            return status;
        }

        nanosleep(&pause, NULL);
    }

    return ctl_error_set(pg->error, CTL_TEMPORARY,
                         "the recorder has not reached %" PRIu64 "-%" PRIu64
                         " in %d s; look at its log, then run this again",
                         position.epoch, position.seq,
                         CTL_RECORDER_DRAIN_MS / 1000);
}


static ctl_status_t
ctl_recorder_drain_here(ctl_recorder_t *recorder, ctl_position_t position)
{
    size_t        n;
    ctl_status_t  status;

    while (ctl_position_compare(recorder->done, position) < 0) {

        status = ctl_recorder_step(recorder, 1, &n);
        if (status != CTL_OK) {
            return status;
        }

        if (n == 0 && !recorder->pending
            && ctl_position_compare(recorder->done, position) < 0)
        {
            /* the one read that ended the pending list finds nothing new */
            status = ctl_recorder_step(recorder, 1000, &n);
            if (status != CTL_OK) {
                return status;
            }

            if (n == 0) {
                return ctl_error_set(recorder->error, CTL_FAILED,
                                     "the stream ends at %" PRIu64 "-%"
                                     PRIu64 ", before %" PRIu64 "-%" PRIu64
                                     ": Redis lost entries; run "
                                     "canvas-helper restore --force",
                                     recorder->done.epoch,
                                     recorder->done.seq, position.epoch,
                                     position.seq);
            }
        }
    }

    return CTL_OK;
}


/* *reply == NULL: nothing came */
static ctl_status_t
ctl_recorder_read(ctl_recorder_t *recorder, int block_ms, redisReply **reply)
{
    ctl_status_t  status;

    status = ctl_group_read(recorder->redis,
                            recorder->pending ? recorder->after : NULL,
                            CTL_RECORDER_BATCH, block_ms, reply);

    if (status != CTL_OK && strcmp(recorder->redis->code, "NOGROUP") == 0) {
        /* the keys of Redis were lost under us */
        return ctl_group_create(recorder->redis);
    }

    return status;
}


/*
 * How many of the entries are recorded already.  What an earlier run was
 * given beyond that comes again, as ctl_group_rewind() asked.
 */
static size_t
ctl_recorder_known(ctl_recorder_t *recorder, const redisReply *entries)
{
    size_t             n;
    ctl_position_t     at;
    const redisReply  *id;

    for (n = 0; n < entries->elements; n++) {
        id = entries->element[n]->element[0];

        if (canvas_event_id_parse(id->str, id->len, &at.epoch, &at.seq)
            == CANVAS_OK && ctl_position_compare(at, recorder->done) > 0)
        {
            break;
        }
    }

    return n;
}


/* one transaction */
static ctl_status_t
ctl_recorder_batch(ctl_recorder_t *recorder, const redisReply *entries,
    size_t n)
{
    ctl_status_t    status;
    ctl_position_t  before;
    uint64_t        events;

    before = recorder->done;
    events = recorder->events;

    status = ctl_pg_begin(recorder->pg);

    if (status == CTL_OK) {
        status = ctl_batch_record(recorder, entries, n);
    }

    if (status == CTL_OK) {
        status = ctl_pg_commit(recorder->pg);
    }

    if (status != CTL_OK) {
        ctl_pg_rollback(recorder->pg);
        recorder->done = before;
        recorder->events = events;
    }

    return status;
}


/* earlier epochs are of no use to anybody: their readers must resync */
static ctl_status_t
ctl_recorder_trim(ctl_recorder_t *recorder)
{
    if (recorder->done.seq <= CTL_RECORDER_KEEP) {
        return CTL_OK;
    }

    return ctl_group_trim(recorder->redis, recorder->done.epoch,
                          recorder->done.seq - CTL_RECORDER_KEEP);
}
