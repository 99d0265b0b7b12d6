/*
 * ctl_redis: hiredis, synchronously: connect, authenticate, one call at a
 * time.  Knows nothing of canvases.
 *
 * Failures of the connection and Redis' own temporary refusals (LOADING,
 * BUSY, OOM, ...) are CTL_TEMPORARY, everything else is CTL_FAILED.
 */

#ifndef CTL_REDIS_H_INCLUDED
#define CTL_REDIS_H_INCLUDED

#include "ctl_conf.h"
#include "ctl_error.h"

#include <hiredis/hiredis.h>
#include <stdbool.h>

typedef struct {
    redisContext      *context;         /* NULL: not connected */
    const ctl_conf_t  *conf;
    ctl_error_t       *error;
    char               code[24];        /* first word of the last -ERR */
} ctl_redis_t;

/*
 * A command being put together: arguments are copied one after the other.
 * Running out of memory is remembered and reported by ctl_redis_call().
 */
typedef struct {
    char    *data;
    size_t   used;
    size_t   size;
    size_t  *end;               /* of argument i in data */
    size_t   n;
    size_t   max;
    bool     failed;
} ctl_redis_args_t;

/* does nothing when connected */
ctl_status_t ctl_redis_connect(ctl_redis_t *redis);
void ctl_redis_close(ctl_redis_t *redis);

/* args may be all zero at first; they are emptied by ctl_redis_call() */
void ctl_redis_arg(ctl_redis_args_t *args, const char *data, size_t len);
void ctl_redis_arg_text(ctl_redis_args_t *args, const char *text);
void ctl_redis_arg_number(ctl_redis_args_t *args, uint64_t number);
/* prefix of the settings and name */
void ctl_redis_arg_key(ctl_redis_t *redis, ctl_redis_args_t *args,
    const char *name);
void ctl_redis_args_free(ctl_redis_args_t *args);

/*
 * Sends the command and waits for the reply, which is the caller's to free
 * and never an error; NULL: redis->error and redis->code say why.
 */
redisReply *ctl_redis_call(ctl_redis_t *redis, ctl_redis_args_t *args);

/* the same for a command of one to eight words, ended by NULL */
redisReply *ctl_redis_words(ctl_redis_t *redis, const char *word, ...)
    __attribute__((sentinel));

/* its clock: Unix time in ms */
ctl_status_t ctl_redis_time(ctl_redis_t *redis, uint64_t *ms);

/* a text of a flat list name, value, name, value ...; NULL: not there */
const redisReply *ctl_redis_field(const redisReply *map, const char *name);

#endif /* CTL_REDIS_H_INCLUDED */
