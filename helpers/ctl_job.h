/*
 * ctl_job: one entry of the stream canvas:jobs (docs/redis.md): what is asked
 * for, by whom, and where the answer goes.
 *
 * An entry stays with the group's one consumer until it is done, so whoever
 * takes over gets it again: a job is carried out at least once.
 */

#ifndef CTL_JOB_H_INCLUDED
#define CTL_JOB_H_INCLUDED

#include "ctl_redis.h"

#include "canvas_status.h"

#include <stdint.h>

typedef struct {
    redisReply   *reply;        /* owns the texts; NULL: no job */
    const char   *entry;        /* id in the stream */
    const char   *id;           /* UUID */
    const char   *name;
    const char   *args;         /* a JSON object */
    const char   *actor;        /* UUID; "": nobody, kind "" too */
    const char   *kind;         /* "u", "g", "a" */
    const char   *username;
    const char   *is_admin;     /* "0", "1" */
    const char   *channel;      /* of the answer */
    int64_t       expires;      /* ms of Redis' clock */
    bool          again;        /* it was given to a keeper before */
} ctl_job_t;

/*
 * The next one that was given to a keeper before and not done, behind the
 * entry `after` ("0": from the beginning); job->reply is NULL when there is
 * none.
 */
ctl_status_t ctl_job_resume(ctl_redis_t *redis, const char *after,
    ctl_job_t *job);

/* waits up to block_ms for a new one; job->reply is NULL when none came */
ctl_status_t ctl_job_next(ctl_redis_t *redis, int block_ms, ctl_job_t *job);

/* ms left until it expires, 0: it has */
ctl_status_t ctl_job_left(ctl_redis_t *redis, const ctl_job_t *job,
    int64_t *left);

/* of HTTP, "processing": the job is begun, whoever waits may go on waiting */
#define CTL_JOB_BEGUN  102

/* publishes the answer: a status of HTTP and a JSON object on one line */
ctl_status_t ctl_job_answer(ctl_redis_t *redis, const ctl_job_t *job,
    unsigned status, const char *json);

/*
 * The same with an error: a sentence (NULL: that of the code) and JSON that
 * is added, "{}" or an object.
 */
ctl_status_t ctl_job_refuse(ctl_redis_t *redis, const ctl_job_t *job,
    canvas_code_t code, const char *sentence, const char *more);

/* takes it out of the stream, and frees it whatever comes of that */
ctl_status_t ctl_job_done(ctl_redis_t *redis, ctl_job_t *job);

void ctl_job_free(ctl_job_t *job);

#endif /* CTL_JOB_H_INCLUDED */
