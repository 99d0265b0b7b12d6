/*
 * ngx_canvas_redis_guard: judges replies while hiredis reads them.
 *
 * hiredis 0.14 trusts the server: a reply to no command, or a message of a
 * subscription in another form, ends the process in an assert().  The guard
 * stands before what builds replies (ngx_canvas_redis_reply) and refuses
 * those; hiredis then drops the connection as it does when the protocol is
 * broken.
 */

#ifndef NGX_CANVAS_REDIS_GUARD_H_INCLUDED
#define NGX_CANVAS_REDIS_GUARD_H_INCLUDED

#include "ngx_canvas_redis_reply.h"

/* of one connection; must outlive it */
typedef struct {
    redisReplyObjectFunctions    functions;
    ngx_canvas_redis_reply_t     memory;
    ngx_uint_t                   awaited;       /* replies to commands */
    const char                  *refused;       /* why; NULL: nothing was */
    unsigned                     subscribed:1;
    unsigned                     message:1;     /* is being read */
} ngx_canvas_redis_guard_t;

/* before the first command; forgets the connection before */
void ngx_canvas_redis_guard_attach(ngx_canvas_redis_guard_t *guard,
    redisContext *context);

/* a command was sent: one reply, or with subscription messages, may come */
void ngx_canvas_redis_guard_expect(ngx_canvas_redis_guard_t *guard,
    ngx_uint_t subscription);

#endif /* NGX_CANVAS_REDIS_GUARD_H_INCLUDED */
