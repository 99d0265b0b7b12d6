/*
 * ngx_canvas_job: what is posted becomes a job for the keeper: it is put into
 * the queue in Redis, and what the keeper publishes is the answer.
 */

#ifndef NGX_CANVAS_JOB_H_INCLUDED
#define NGX_CANVAS_JOB_H_INCLUDED

#include "ngx_canvas_conf.h"

/*
 * Of a row of ngx_canvas_posts: text are the arguments of its job.  The
 * answer is UNAVAILABLE when none came in time; a job that was not begun by
 * then is not begun any more.
 */
ngx_int_t ngx_canvas_job_post(ngx_http_request_t *r, ngx_str_t *text);

#endif /* NGX_CANVAS_JOB_H_INCLUDED */
