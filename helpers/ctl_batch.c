/*
 * ctl_batch: see the header.  docs/sql.md, "Functions for the recorder".
 */

#include "ctl_batch.h"

#include "canvas_id.h"
#include "ctl_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* the longest row: 5 numbers, 2 positions, a UUID, a time, tabs */
#define CTL_BATCH_ROW_MAX  256


static bool ctl_batch_parse(const redisReply *entry, canvas_event_t *event);
static ctl_status_t ctl_batch_pixel(ctl_recorder_t *recorder,
    const canvas_event_t *event);
static ctl_status_t ctl_batch_flush(ctl_recorder_t *recorder);
static ctl_status_t ctl_batch_marker(ctl_recorder_t *recorder,
    const canvas_event_t *event);
static ctl_status_t ctl_batch_marker_call(ctl_recorder_t *recorder,
    const canvas_event_t *event, char *answer, size_t size);
static ctl_status_t ctl_batch_conflict(ctl_recorder_t *recorder,
    const canvas_event_t *event);
static ctl_status_t ctl_batch_lost(ctl_recorder_t *recorder,
    uint64_t epoch);
static void ctl_batch_gap(ctl_recorder_t *recorder,
    const canvas_event_t *event);


const redisReply *
ctl_batch_entries(const redisReply *reply)
{
    const redisReply  *stream;

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 1) {
        return NULL;
    }

    stream = reply->element[0];

    if (stream->type != REDIS_REPLY_ARRAY || stream->elements != 2
        || stream->element[1]->type != REDIS_REPLY_ARRAY)
    {
        return NULL;
    }

    return stream->element[1];
}


ctl_status_t
ctl_batch_record(ctl_recorder_t *recorder, const redisReply *entries,
    size_t n)
{
    size_t          i;
    ctl_status_t    status;
    ctl_position_t  at;
    canvas_event_t  event;

    recorder->rows_len = 0;

    for (i = 0; i < n; i++) {

        if (!ctl_batch_parse(entries->element[i], &event)) {
            continue;
        }

        at.epoch = event.epoch;
        at.seq = event.seq;

        if (event.type == CANVAS_EVENT_MARKER) {
            status = ctl_batch_flush(recorder);

            if (status == CTL_OK) {
                status = ctl_batch_marker(recorder, &event);
            }

        } else if (event.epoch <= recorder->dead_epoch
                   || ctl_position_compare(at, recorder->done) <= 0)
        {
            continue;

        } else {
            status = ctl_batch_pixel(recorder, &event);
        }

        if (status != CTL_OK) {
            return status;
        }
    }

    return ctl_batch_flush(recorder);
}


/* false, and logged, when it cannot be used; the log goes on without it */
static bool
ctl_batch_parse(const redisReply *entry, canvas_event_t *event)
{
    uint64_t           epoch, seq;
    const redisReply  *id, *fields;

    if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2
        || entry->element[0]->type != REDIS_REPLY_STRING)
    {
        ctl_log(CTL_LOG_ALERT, "canvas record: malformed reply of Redis");
        return false;
    }

    id = entry->element[0];
    fields = entry->element[1];

    if (fields->type == REDIS_REPLY_NIL) {
        return false;               /* delivered, recorded, trimmed since */
    }

    if (fields->type != REDIS_REPLY_ARRAY || fields->elements != 2
        || fields->element[1]->type != REDIS_REPLY_STRING
        || canvas_event_id_parse(id->str, id->len, &epoch, &seq) != CANVAS_OK
        || canvas_event_parse(fields->element[1]->str,
                              fields->element[1]->len, event) != CANVAS_OK
        || event->type == CANVAS_EVENT_RULES)
    {
        ctl_log(CTL_LOG_ALERT, "canvas record: entry %s of the log is "
                "malformed, left out", id->str);
        return false;
    }

    event->epoch = epoch;
    event->seq = seq;

    return true;
}


/* adds a row to the COPY data */
static ctl_status_t
ctl_batch_pixel(ctl_recorder_t *recorder, const canvas_event_t *event)
{
    char       *rows, actor[CANVAS_UUID_LEN + 1], stamp[32];
    bool        agent;
    size_t      size;
    time_t      seconds;
    struct tm   tm;

    ctl_batch_gap(recorder, event);

    if (recorder->rows_size - recorder->rows_len < CTL_BATCH_ROW_MAX) {
        size = 2 * recorder->rows_size + 64 * CTL_BATCH_ROW_MAX;
        rows = realloc(recorder->rows, size);
        if (rows == NULL) {
            return ctl_error_memory(recorder->error);
        }

        recorder->rows = rows;
        recorder->rows_size = size;
    }

    canvas_uuid_format(event->actor, actor);
    actor[CANVAS_UUID_LEN] = '\0';

    seconds = event->ms / 1000;
    gmtime_r(&seconds, &tm);
    strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm);

    agent = event->kind == 'a';

    recorder->rows_len += snprintf(recorder->rows + recorder->rows_len,
        CTL_BATCH_ROW_MAX,
        "%" PRIu64 "\t%" PRIu64 "\t%u\t%u\t%u\t%u\t%s\t%s\t\\N\t%s.%03u+00\n",
        event->epoch, event->seq, event->x, event->y, event->color,
        event->old, agent ? "\\N" : actor, agent ? actor : "\\N", stamp,
        (unsigned) (event->ms % 1000));

    recorder->done.epoch = event->epoch;
    recorder->done.seq = event->seq;

    return CTL_OK;
}


/* the rows so far into the tables */
static ctl_status_t
ctl_batch_flush(ctl_recorder_t *recorder)
{
    char               epoch[24], seq[24];
    PGresult          *result;
    ctl_status_t       status;
    const char *const  values[] = { epoch, seq };

    if (recorder->rows_len == 0) {
        return CTL_OK;
    }

    status = ctl_pg_run(recorder->pg, "SELECT * FROM record_batch_begin()",
                        0, NULL);

    if (status == CTL_OK) {
        status = ctl_pg_copy(recorder->pg,
                             "COPY record_batch (epoch, seq, x, y, color, "
                             "old_color, user_id, agent_id, session_id, "
                             "created_at) FROM STDIN",
                             recorder->rows, recorder->rows_len);
    }

    if (status != CTL_OK) {
        return status;
    }

    snprintf(epoch, sizeof(epoch), "%" PRIu64, recorder->done.epoch);
    snprintf(seq, sizeof(seq), "%" PRIu64, recorder->done.seq);

    result = ctl_pg_query(recorder->pg, "SELECT record_batch_commit($1, $2)",
                          2, values);
    if (result == NULL) {
        return recorder->error->status;
    }

    recorder->events += strtoull(PQgetvalue(result, 0, 0), NULL, 10);
    recorder->rows_len = 0;
    PQclear(result);

    return CTL_OK;
}


static ctl_status_t
ctl_batch_marker(ctl_recorder_t *recorder, const canvas_event_t *event)
{
    char            answer[16];
    ctl_status_t    status;
    ctl_position_t  at;

    at.epoch = event->epoch;
    at.seq = event->seq;

    status = ctl_batch_marker_call(recorder, event, answer, sizeof(answer));
    if (status != CTL_OK) {
        return status;
    }

    if (strcmp(answer, "conflict") == 0) {
        return ctl_batch_conflict(recorder, event);
    }

    if (ctl_position_compare(at, recorder->done) > 0) {
        recorder->done = at;
    }

    if (strcmp(answer, "recorded") != 0) {
        return CTL_OK;
    }

    if (recorder->notices) {
        ctl_log(CTL_LOG_NOTICE, "canvas record: epoch %" PRIu64 " begins "
                "behind seq %" PRIu64 " (%s)", event->epoch, event->seq,
                canvas_reason_name(event->reason));
    }

    return ctl_batch_lost(recorder, event->epoch);
}


static ctl_status_t
ctl_batch_marker_call(ctl_recorder_t *recorder, const canvas_event_t *event,
    char *answer, size_t size)
{
    char              *json, epoch[24], seq[24], ms[24];
    PGresult          *result;
    const char        *values[5];

    json = strndup(event->json, event->json_len);
    if (json == NULL) {
        return ctl_error_memory(recorder->error);
    }

    snprintf(epoch, sizeof(epoch), "%" PRIu64, event->epoch);
    snprintf(seq, sizeof(seq), "%" PRIu64, event->seq);
    snprintf(ms, sizeof(ms), "%" PRIu64, event->ms);

    values[0] = epoch;
    values[1] = seq;
    values[2] = canvas_reason_name(event->reason);
    values[3] = ms;
    values[4] = json;

    result = ctl_pg_query(recorder->pg,
                          "SELECT record_marker($1, $2, $3, $4, $5)", 5,
                          values);
    free(json);

    if (result == NULL) {
        return recorder->error->status;
    }

    snprintf(answer, size, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);

    return CTL_OK;
}


/*
 * Redis came back with an older log than PostgreSQL knows, so that the same
 * positions mean different things.  Nothing more is recorded until a restore
 * has begun an epoch above all of them; what was placed in between is dropped
 * then, as the restored canvas does not show it.
 */
static ctl_status_t
ctl_batch_conflict(ctl_recorder_t *recorder, const canvas_event_t *event)
{
    uint64_t           epoch;
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    ctl_redis_arg_text(&args, "GET");
    ctl_redis_arg_key(recorder->redis, &args, "canvas:epoch");

    reply = ctl_redis_call(recorder->redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL) {
        return recorder->error->status;
    }

    epoch = reply->type == REDIS_REPLY_STRING
            ? strtoull(reply->str, NULL, 10) : 0;
    freeReplyObject(reply);

    if (epoch > recorder->done.epoch) {
        recorder->dead_epoch = recorder->done.epoch;
        return CTL_OK;
    }

    return ctl_error_set(recorder->error, CTL_FAILED,
                         "Redis came back at %" PRIu64 "-%" PRIu64 ", behind "
                         "%" PRIu64 "-%" PRIu64 " that is recorded: run "
                         "canvas-helper restore --force",
                         event->epoch, event->seq, recorder->done.epoch,
                         recorder->done.seq);
}


/* says what Redis had lost when this epoch began */
static ctl_status_t
ctl_batch_lost(ctl_recorder_t *recorder, uint64_t epoch)
{
    char               text[24];
    PGresult          *result;
    const char *const  values[] = { text };

    snprintf(text, sizeof(text), "%" PRIu64, epoch);

    result = ctl_pg_query(recorder->pg,
                          "SELECT count(*), min(seq), max(seq) "
                          "FROM pixel_events_lost WHERE lost_to_epoch = $1",
                          1, values);
    if (result == NULL) {
        return recorder->error->status;
    }

    if (strcmp(PQgetvalue(result, 0, 0), "0") != 0) {
        ctl_log(CTL_LOG_ERROR, "canvas record: Redis lost %s recorded "
                "events, seq %s to %s; they are kept in pixel_events_lost "
                "and are no part of the canvas",
                PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1),
                PQgetvalue(result, 0, 2));
    }

    PQclear(result);

    return CTL_OK;
}


/* seq rises by exactly one, so this says that somebody trimmed the stream */
static void
ctl_batch_gap(ctl_recorder_t *recorder, const canvas_event_t *event)
{
    if (recorder->done.epoch == event->epoch
        && event->seq != recorder->done.seq + 1)
    {
        ctl_log(CTL_LOG_ALERT, "canvas record: the log misses seq %" PRIu64
                " to %" PRIu64 " of epoch %" PRIu64, recorder->done.seq + 1,
                event->seq - 1, event->epoch);
    }
}
