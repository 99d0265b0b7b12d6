/*
 * ctl_recorder: see the header.  A batch is one transaction: runs of pixels
 * go through COPY, markers one by one, in the order of the log.
 */

#include "ctl_recorder.h"

#include "ctl_batch.h"
#include "ctl_group.h"
#include "ctl_log.h"
#include "ctl_refuse.h"
#include "ctl_rows.h"

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
    redisReply **replies, size_t *n, size_t *entries);
static bool ctl_recorder_skips(const ctl_recorder_t *recorder,
    const redisReply *reply);
static ctl_status_t ctl_recorder_quiet(ctl_recorder_t *recorder);
static ctl_status_t ctl_recorder_batch(ctl_recorder_t *recorder,
    redisReply *const *replies, size_t n);
static ctl_status_t ctl_recorder_transaction(ctl_recorder_t *recorder,
    redisReply *const *replies, size_t n);
static ctl_status_t ctl_recorder_trim(ctl_recorder_t *recorder);
static ctl_status_t ctl_recorder_follow(ctl_recorder_t *recorder, bool now);
static ctl_status_t ctl_recorder_fold(ctl_recorder_t *recorder);
static ctl_status_t ctl_recorder_count(ctl_recorder_t *recorder);
static ctl_status_t ctl_recorder_drain_here(ctl_recorder_t *recorder,
    ctl_position_t position);
static void ctl_recorder_free(ctl_recorder_t *recorder);
static int64_t ctl_recorder_now(void);


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

    recorder->batch = malloc(CTL_RECORDER_BATCH * sizeof(canvas_event_t));
    recorder->rows = malloc(ctl_rows_size(CTL_RECORDER_BATCH));

    if (recorder->batch == NULL || recorder->rows == NULL) {
        return ctl_error_memory(pg->error);
    }

    status = ctl_redis_connect(redis);

    if (status == CTL_OK) {
        status = ctl_pg_connect(pg);
    }

    if (status == CTL_OK) {
        status = ctl_pg_lock(pg, CTL_RECORDER_LOCK, false);
    }

    if (status == CTL_NOT_DUE) {
        ctl_recorder_free(recorder);
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
        status = ctl_group_rewind(redis, recorder->done);
    }

    if (status == CTL_OK) {
        status = ctl_fold_begin(&recorder->fold, redis, pg, recorder->done);
    }

    return status;
}


void
ctl_recorder_end(ctl_recorder_t *recorder)
{
    ctl_error_t  kept;

    ctl_recorder_free(recorder);

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
    size_t         replies_n;
    redisReply    *replies[CTL_RECORDER_READS];
    ctl_status_t   status;

    status = ctl_recorder_read(recorder, block_ms, replies, &replies_n, n);

    if (status == CTL_OK && *n == 0) {
        status = ctl_recorder_quiet(recorder);

    } else if (status == CTL_OK && ctl_recorder_skips(recorder, replies[0])) {
        *n = 0;
        recorder->reread = recorder->done;
        status = ctl_group_rewind(recorder->redis, recorder->done);

    } else if (status == CTL_OK) {
        status = ctl_recorder_batch(recorder, replies, replies_n);

        if (status == CTL_OK) {
            status = ctl_recorder_trim(recorder);
        }

        if (status == CTL_OK) {
            status = ctl_recorder_follow(recorder, false);
        }
    }

    while (replies_n > 0) {
        freeReplyObject(replies[--replies_n]);
    }

    return status;
}


ctl_status_t
ctl_recorder_settle(ctl_recorder_t *recorder)
{
    return ctl_recorder_follow(recorder, true);
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

            if (status == CTL_OK) {
                status = ctl_recorder_settle(&recorder);
            }

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

        if (n == 0) {
            /* it may just have asked the stream again */
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


/* what there is, up to a batch; *entries == 0: nothing came */
static ctl_status_t
ctl_recorder_read(ctl_recorder_t *recorder, int block_ms,
    redisReply **replies, size_t *n, size_t *entries)
{
    ctl_status_t       status;
    redisReply        *reply;
    const redisReply  *list;

    *n = 0;
    *entries = 0;

    do {
        status = ctl_group_read(recorder->redis, CTL_RECORDER_READ, block_ms,
                                &reply);

        if (status != CTL_OK
            && strcmp(recorder->redis->code, "NOGROUP") == 0)
        {
            /* the keys of Redis were lost under us */
            return ctl_group_create(recorder->redis);
        }

        if (status != CTL_OK || reply == NULL) {
            return status;
        }

        list = ctl_batch_entries(reply);

        if (list == NULL || list->elements == 0) {
            freeReplyObject(reply);
            return CTL_OK;
        }

        replies[(*n)++] = reply;
        *entries += list->elements;
        block_ms = 1;

    } while (list->elements == CTL_RECORDER_READ && *n < CTL_RECORDER_READS);

    return CTL_OK;
}


/*
 * Whether the stream went on behind something that is not recorded: another
 * recorder that lost its lock without noticing may have been given it.  Asked
 * once for each position; if it is still missing then, it is gone.
 */
static bool
ctl_recorder_skips(const ctl_recorder_t *recorder, const redisReply *reply)
{
    ctl_position_t     at;
    const redisReply  *entry, *id;

    entry = ctl_batch_entries(reply)->element[0];

    if (entry->type != REDIS_REPLY_ARRAY || entry->elements == 0
        || ctl_position_compare(recorder->reread, recorder->done) == 0)
    {
        return false;
    }

    id = entry->element[0];

    return id->type == REDIS_REPLY_STRING
           && canvas_event_id_parse(id->str, id->len, &at.epoch, &at.seq)
              == CANVAS_OK
           && ctl_position_compare(at, recorder->done) > 0
           && at.seq > recorder->done.seq + 1;
}


/* nothing came: is there really nothing?  Then what follows the log follows */
static ctl_status_t
ctl_recorder_quiet(ctl_recorder_t *recorder)
{
    ctl_status_t    status;
    ctl_position_t  newest;

    status = ctl_group_newest(recorder->redis, &newest);

    if (status == CTL_OK
        && ctl_position_compare(newest, recorder->done) > 0
        && ctl_position_compare(recorder->reread, recorder->done) != 0)
    {
        recorder->reread = recorder->done;
        return ctl_group_rewind(recorder->redis, recorder->done);
    }

    if (status == CTL_OK) {
        status = ctl_recorder_follow(recorder, true);
    }

    return status;
}


/* one transaction; once more, with care, when something in it is refused */
static ctl_status_t
ctl_recorder_batch(ctl_recorder_t *recorder, redisReply *const *replies,
    size_t n)
{
    ctl_status_t    status;
    ctl_position_t  before;

    before = recorder->done;
    recorder->careful = false;

    status = ctl_recorder_transaction(recorder, replies, n);

    if (status != CTL_OK && ctl_refuse_is_final(recorder->pg)) {
        recorder->careful = true;
        status = ctl_recorder_transaction(recorder, replies, n);
    }

    if (status == CTL_OK) {
        ctl_fold_add(&recorder->fold, recorder->batch,
                     recorder->plain ? recorder->batch_n : 0,
                     before, recorder->done);

        if (!recorder->plain) {
            recorder->fold.whole = false;
        }
    }

    return status;
}


static ctl_status_t
ctl_recorder_transaction(ctl_recorder_t *recorder,
    redisReply *const *replies, size_t n)
{
    bool            dead;
    ctl_status_t    status;
    ctl_position_t  before;
    uint64_t        events;

    before = recorder->done;
    events = recorder->events;
    dead = recorder->dead;
    recorder->written = before;
    recorder->turned = false;

    status = ctl_pg_begin(recorder->pg);

    if (status == CTL_OK) {
        status = ctl_batch_record(recorder, replies, n);
    }

    if (status == CTL_OK) {
        status = ctl_pg_commit(recorder->pg);
    }

    if (status != CTL_OK) {
        ctl_pg_rollback(recorder->pg);
        recorder->done = before;
        recorder->events = events;
        recorder->dead = dead;
    }

    return status;
}


/* earlier epochs are of no use to anybody: their readers must resync */
static ctl_status_t
ctl_recorder_trim(ctl_recorder_t *recorder)
{
    ctl_position_t  position;

    if (recorder->done.seq <= CTL_RECORDER_KEEP) {
        return CTL_OK;
    }

    position.epoch = recorder->done.epoch;
    position.seq = recorder->done.seq - CTL_RECORDER_KEEP;

    return ctl_group_trim(recorder->redis, position);
}


/* now: whatever the time */
static ctl_status_t
ctl_recorder_follow(ctl_recorder_t *recorder, bool now)
{
    int64_t       ms;
    ctl_status_t  status;

    ms = ctl_recorder_now();
    status = CTL_OK;

    if (now || ms >= recorder->fold_at) {
        status = ctl_recorder_fold(recorder);
        recorder->fold_at = ctl_recorder_now() + CTL_RECORDER_FOLD_MS;
    }

    if (status == CTL_OK && (now || ms >= recorder->count_at)) {
        status = ctl_recorder_count(recorder);
        recorder->count_at = ctl_recorder_now() + CTL_RECORDER_COUNT_MS;
    }

    return status;
}


/* what is refused for good is told once, and does not stop the log */
static ctl_status_t
ctl_recorder_fold(ctl_recorder_t *recorder)
{
    ctl_status_t  status;

    status = ctl_fold_run(&recorder->fold, recorder->redis, recorder->pg,
                          recorder->done);

    if (status != CTL_FAILED) {
        return status;
    }

    if (!recorder->fold_failed) {
        recorder->fold_failed = true;
        ctl_log(CTL_LOG_ALERT, "canvas record: boards stay behind: %s",
                recorder->error->text);
    }

    return CTL_OK;
}


static ctl_status_t
ctl_recorder_count(ctl_recorder_t *recorder)
{
    ctl_status_t  status;

    if (ctl_position_compare(recorder->counted, recorder->done) == 0) {
        return CTL_OK;
    }

    status = ctl_pg_run(recorder->pg, "SELECT record_count()", 0, NULL);

    if (status == CTL_OK) {
        recorder->counted = recorder->done;
        return CTL_OK;
    }

    if (status != CTL_FAILED) {
        return status;
    }

    if (!recorder->count_failed) {
        recorder->count_failed = true;
        ctl_log(CTL_LOG_ALERT, "canvas record: counters stay behind: %s",
                recorder->error->text);
    }

    return CTL_OK;
}


static void
ctl_recorder_free(ctl_recorder_t *recorder)
{
    ctl_fold_end(&recorder->fold);
    free(recorder->batch);
    free(recorder->rows);
    recorder->batch = NULL;
    recorder->rows = NULL;
}


static int64_t
ctl_recorder_now(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_MONOTONIC, &now);

    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
