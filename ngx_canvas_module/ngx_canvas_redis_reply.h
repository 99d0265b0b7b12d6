/*
 * ngx_canvas_redis_reply: the memory of the reply that a connection is reading.
 * hiredis hands out one reply at a time, so its parts are put one behind the
 * other and given back all at once, instead of two allocations a part.
 */

#ifndef NGX_CANVAS_REDIS_REPLY_H_INCLUDED
#define NGX_CANVAS_REDIS_REPLY_H_INCLUDED

#include <ngx_config.h>
#include <ngx_core.h>

#include <hiredis/hiredis.h>

#define NGX_CANVAS_REDIS_REPLY_SIZE  2048

typedef struct ngx_canvas_redis_block_s  ngx_canvas_redis_block_t;

/* zeroed before its first use */
typedef struct {
    ngx_canvas_redis_block_t  *blocks;  /* of what did not fit, newest first */
    u_char                    *last;
    u_char                    *end;
    u_char                     data[NGX_CANVAS_REDIS_REPLY_SIZE];
} ngx_canvas_redis_reply_t;

/*
 * What redisReplyObjectFunctions asks for: the part of task, in its place in
 * the parent; NULL: out of memory.  A task without a parent begins the next
 * reply: the one before is gone.
 */
redisReply *ngx_canvas_redis_reply_string(ngx_canvas_redis_reply_t *memory,
    const redisReadTask *task, const char *data, size_t len);
redisReply *ngx_canvas_redis_reply_array(ngx_canvas_redis_reply_t *memory,
    const redisReadTask *task, size_t elements);
redisReply *ngx_canvas_redis_reply_integer(ngx_canvas_redis_reply_t *memory,
    const redisReadTask *task, long long value);
redisReply *ngx_canvas_redis_reply_nil(ngx_canvas_redis_reply_t *memory,
    const redisReadTask *task);

/* freeObject() of a whole reply */
void ngx_canvas_redis_reply_free(void *reply);

#endif /* NGX_CANVAS_REDIS_REPLY_H_INCLUDED */
