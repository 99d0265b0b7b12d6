/*
 * ngx_canvas_message: what a client of /ws says, and the private answers:
 * welcome, placed, error, pong, resync.
 */

#ifndef NGX_CANVAS_MESSAGE_H_INCLUDED
#define NGX_CANVAS_MESSAGE_H_INCLUDED

#include "ngx_canvas_session.h"

/* one message of the client; NGX_ERROR: the session is to be finished */
ngx_int_t ngx_canvas_message_text(ngx_canvas_session_t *session,
    const u_char *data, size_t len);
ngx_int_t ngx_canvas_message_binary(ngx_canvas_session_t *session,
    const u_char *data, size_t len);

/* private answers; as ngx_canvas_session_queue().  before goes out in one
 * piece with welcome: the bytes of the 101, or none */
ngx_int_t ngx_canvas_message_welcome(ngx_canvas_session_t *session,
    ngx_str_t *before);
ngx_int_t ngx_canvas_message_resync(ngx_canvas_session_t *session);

#endif /* NGX_CANVAS_MESSAGE_H_INCLUDED */
