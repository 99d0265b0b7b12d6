/*
 * ctl_canvas_call: what the calls of the Function library have in common:
 * how they begin and what their replies look like.  Private to ctl_canvas*.c.
 */

#ifndef CTL_CANVAS_CALL_H_INCLUDED
#define CTL_CANVAS_CALL_H_INCLUDED

#include "ctl_redis.h"

/* FCALL function, the page, the channel */
void ctl_canvas_call_begin(ctl_redis_t *redis, ctl_redis_args_t *args,
    const char *function);

/* FCALL function, the page; that many more keys follow */
void ctl_canvas_call_page(ctl_redis_t *redis, ctl_redis_args_t *args,
    const char *function, size_t more);

/* runs the command; see ctl_canvas_call_reply() */
redisReply *ctl_canvas_call_run(ctl_redis_t *redis, ctl_redis_args_t *args,
    size_t elements, const char *expected);

/*
 * The reply if it is OK (or DONE) with that many elements.  NULL otherwise:
 * CTL_NOT_DUE for the one expected refusal, else CTL_FAILED.
 */
redisReply *ctl_canvas_call_reply(ctl_redis_t *redis, redisReply *reply,
    size_t elements, const char *expected);

/* an element that is an integer, else 0 */
uint64_t ctl_canvas_call_number(const redisReply *reply, size_t i);

#endif /* CTL_CANVAS_CALL_H_INCLUDED */
