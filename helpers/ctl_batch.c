/*
 * ctl_batch: see the header.  docs/sql.md, "Functions for the recorder".
 */

#include "ctl_batch.h"

#include "ctl_canvas.h"
#include "ctl_log.h"
#include "ctl_refuse.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* an epoch that began without many entries of a large week: it is counted anew,
 * and would be without end if that were given up half-way */
#define CTL_BATCH_MARKER_TIMEOUT_MS  1800000


static ctl_status_t ctl_batch_entry(ctl_recorder_t *recorder,
    const redisReply *entry);
static bool ctl_batch_parse(const redisReply *entry, canvas_event_t *event);
static ctl_status_t ctl_batch_pixel(ctl_recorder_t *recorder,
    const canvas_event_t *event);
static ctl_status_t ctl_batch_flush(ctl_recorder_t *recorder);
static ctl_status_t ctl_batch_begin(ctl_recorder_t *recorder);
static ctl_status_t ctl_batch_copy(ctl_recorder_t *recorder);
static ctl_status_t ctl_batch_marker(ctl_recorder_t *recorder,
    const canvas_event_t *event);
static ctl_status_t ctl_batch_marker_careful(ctl_recorder_t *recorder,
    const canvas_event_t *event, char *answer, size_t size);
static ctl_status_t ctl_batch_marker_call(ctl_recorder_t *recorder,
    const canvas_event_t *event, char *answer, size_t size);
static ctl_status_t ctl_batch_conflict(ctl_recorder_t *recorder,
    const canvas_event_t *event, const char *answer);
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
ctl_batch_record(ctl_recorder_t *recorder, redisReply *const *replies,
    size_t n)
{
    size_t             i, k;
    ctl_status_t       status;
    const redisReply  *entries;

    recorder->batch_n = 0;
    recorder->plain = true;
    status = CTL_OK;

    for (i = 0; i < n && status == CTL_OK; i++) {
        entries = ctl_batch_entries(replies[i]);

        for (k = 0; k < entries->elements && status == CTL_OK; k++) {
            status = ctl_batch_entry(recorder, entries->element[k]);
        }
    }

    return status == CTL_OK ? ctl_batch_flush(recorder) : status;
}


static ctl_status_t
ctl_batch_entry(ctl_recorder_t *recorder, const redisReply *entry)
{
    ctl_status_t    status;
    ctl_position_t  at;
    canvas_event_t  event;

    if (!ctl_batch_parse(entry, &event)) {
        recorder->plain = false;
        return CTL_OK;
    }

    if (recorder->dead) {
        if (event.type != CANVAS_EVENT_MARKER
            || event.reason == CANVAS_REASON_RESTART)
        {
            return CTL_OK;
        }

        recorder->dead = false;         /* another page begins */
    }

    if (event.type == CANVAS_EVENT_MARKER) {
        status = ctl_batch_flush(recorder);

        if (status == CTL_OK) {
            status = ctl_batch_marker(recorder, &event);
        }

        recorder->batch_n = 0;
        recorder->plain = false;

        return status;
    }

    at.epoch = event.epoch;
    at.seq = event.seq;

    if (ctl_position_compare(at, recorder->done) <= 0) {
        return CTL_OK;
    }

    return ctl_batch_pixel(recorder, &event);
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


/* the batch is of one epoch, as record_batch_begin() wants it */
static ctl_status_t
ctl_batch_pixel(ctl_recorder_t *recorder, const canvas_event_t *event)
{
    ctl_status_t  status;

    if (recorder->batch_n > 0 && event->epoch != recorder->batch[0].epoch) {
        status = ctl_batch_flush(recorder);
        if (status != CTL_OK) {
            return status;
        }

        recorder->batch_n = 0;
        recorder->plain = false;
    }

    ctl_batch_gap(recorder, event);

    recorder->batch[recorder->batch_n++] = *event;
    recorder->done.epoch = event->epoch;
    recorder->done.seq = event->seq;

    return CTL_OK;
}


/* the batch into the tables; it stays in memory, to be folded */
static ctl_status_t
ctl_batch_flush(ctl_recorder_t *recorder)
{
    char               epoch[24], seq[24];
    ctl_status_t       status;
    const char *const  values[] = { epoch, seq };

    if (recorder->batch_n == 0) {
        return CTL_OK;
    }

    status = ctl_batch_begin(recorder);

    if (status == CTL_OK) {
        status = ctl_batch_copy(recorder);
    }

    if (status != CTL_OK) {
        return status;
    }

    snprintf(epoch, sizeof(epoch), "%" PRIu64, recorder->done.epoch);
    snprintf(seq, sizeof(seq), "%" PRIu64, recorder->done.seq);

    status = ctl_pg_run(recorder->pg, "SELECT record_batch_commit($1, $2)",
                        2, values);
    recorder->written = recorder->done;

    return status;
}


static ctl_status_t
ctl_batch_begin(ctl_recorder_t *recorder)
{
    char                   epoch[24], seq[24], ms[24];
    PGresult              *result;
    const char *const      values[] = { epoch, seq, ms };
    ctl_position_t         at;
    const canvas_event_t  *first;

    first = &recorder->batch[0];

    snprintf(epoch, sizeof(epoch), "%" PRIu64, first->epoch);
    snprintf(seq, sizeof(seq), "%" PRIu64, first->seq);
    snprintf(ms, sizeof(ms), "%" PRIu64, first->ms & INT64_MAX);

    result = ctl_pg_query(recorder->pg, "SELECT epoch, seq FROM "
                          "record_batch_begin($1, $2, $3)", 3, values);
    if (result == NULL) {
        return recorder->error->status;
    }

    at.epoch = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
    at.seq = strtoull(PQgetvalue(result, 0, 1), NULL, 10);
    PQclear(result);

    if (ctl_position_compare(at, recorder->written) != 0) {
        return ctl_error_set(recorder->error, CTL_TEMPORARY,
                             "PostgreSQL is at %" PRIu64 "-%" PRIu64 ", not "
                             "where this recorder left it", at.epoch, at.seq);
    }

    return CTL_OK;
}


static ctl_status_t
ctl_batch_copy(ctl_recorder_t *recorder)
{
    size_t        refused;
    ctl_status_t  status;

    refused = 0;

    if (recorder->careful) {
        status = ctl_refuse_copy(recorder->pg, recorder->batch,
                                 recorder->batch_n, recorder->rows, &refused);
    } else {
        status = ctl_refuse_copy_all(recorder->pg, recorder->batch,
                                     recorder->batch_n, recorder->rows);
    }

    if (refused > 0) {
        recorder->plain = false;
    }

    recorder->events += recorder->batch_n - refused;

    return status;
}


static ctl_status_t
ctl_batch_marker(ctl_recorder_t *recorder, const canvas_event_t *event)
{
    char            answer[16];
    ctl_status_t    status;
    ctl_position_t  at;

    at.epoch = event->epoch;
    at.seq = event->seq;

    if (recorder->careful) {
        status = ctl_batch_marker_careful(recorder, event, answer,
                                          sizeof(answer));
    } else {
        status = ctl_batch_marker_call(recorder, event, answer,
                                       sizeof(answer));
    }

    if (status != CTL_OK) {
        return status;
    }

    if (strcmp(answer, "conflict") == 0 || strcmp(answer, "turned") == 0) {
        return ctl_batch_conflict(recorder, event, answer);
    }

    if (ctl_position_compare(at, recorder->done) > 0) {
        recorder->done = at;
    }

    if (strcmp(answer, "recorded") != 0) {
        return CTL_OK;
    }

    recorder->written = at;

    if (recorder->notices) {
        ctl_log(CTL_LOG_NOTICE, "canvas record: epoch %" PRIu64 " begins "
                "behind seq %" PRIu64 " (%s)", event->epoch, event->seq,
                canvas_reason_name(event->reason));
    }

    return ctl_batch_lost(recorder, event->epoch);
}


/* a marker whose object PostgreSQL does not take is one without */
static ctl_status_t
ctl_batch_marker_careful(ctl_recorder_t *recorder,
    const canvas_event_t *event, char *answer, size_t size)
{
    ctl_status_t    status;
    canvas_event_t  bare;

    status = ctl_pg_run(recorder->pg, "SAVEPOINT marker", 0, NULL);

    if (status == CTL_OK) {
        status = ctl_batch_marker_call(recorder, event, answer, size);
    }

    if (status == CTL_OK || !ctl_refuse_is_final(recorder->pg)) {
        return status;
    }

    ctl_log(CTL_LOG_ALERT, "canvas record: marker %" PRIu64 "-%" PRIu64 " is "
            "recorded without its object: %s", event->epoch, event->seq,
            recorder->error->text);

    status = ctl_pg_run(recorder->pg, "ROLLBACK TO marker", 0, NULL);
    if (status != CTL_OK) {
        return status;
    }

    bare = *event;
    bare.json = "{}";
    bare.json_len = 2;

    return ctl_batch_marker_call(recorder, &bare, answer, size);
}


static ctl_status_t
ctl_batch_marker_call(ctl_recorder_t *recorder, const canvas_event_t *event,
    char *answer, size_t size)
{
    int                timeout_ms;
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

    timeout_ms = recorder->pg->timeout_ms;
    recorder->pg->timeout_ms = CTL_BATCH_MARKER_TIMEOUT_MS;

    result = ctl_pg_query(recorder->pg,
                          "SELECT record_marker($1, $2, $3, $4, $5)", 5,
                          values);

    recorder->pg->timeout_ms = timeout_ms;
    free(json);

    if (result == NULL) {
        return recorder->error->status;
    }

    snprintf(answer, size, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);

    return CTL_OK;
}


/*
 * Redis came back with an older log than PostgreSQL knows, with a page that
 * was turned since, or somebody began another canvas there.  Nothing more is
 * recorded until a restore has begun a page behind all that: the log goes on
 * with its marker.  What was placed in between it has placed again, or it is
 * dropped, as the restored canvas does not show it.
 */
static ctl_status_t
ctl_batch_conflict(ctl_recorder_t *recorder, const canvas_event_t *event,
    const char *answer)
{
    uint64_t      first;
    ctl_status_t  status;

    status = ctl_canvas_first_epoch(recorder->redis, &first);
    if (status != CTL_OK) {
        return status;
    }

    if (first > event->epoch && first > recorder->done.epoch) {
        recorder->dead = true;
        return CTL_OK;
    }

    if (strcmp(answer, "turned") == 0) {
        recorder->turned = true;
        return ctl_error_set(recorder->error, CTL_FAILED,
                             "Redis came back at %" PRIu64 "-%" PRIu64
                             " with a page that was turned since, %" PRIu64
                             "-%" PRIu64 " is recorded: run canvas-helper "
                             "restore --force", event->epoch, event->seq,
                             recorder->done.epoch, recorder->done.seq);
    }

    return ctl_error_set(recorder->error, CTL_FAILED,
                         "Redis goes on at %" PRIu64 "-%" PRIu64 " with "
                         "another canvas than %" PRIu64 "-%" PRIu64 " that "
                         "is recorded: run canvas-helper restore --force",
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
