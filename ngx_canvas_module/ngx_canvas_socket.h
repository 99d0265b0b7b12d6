/*
 * ngx_canvas_socket: what happens to the connection of a session: bytes
 * come, bytes can go, time passes, the worker shuts down.  What messages mean
 * is for ngx_canvas_message, what is sent for ngx_canvas_session.
 */

#ifndef NGX_CANVAS_SOCKET_H_INCLUDED
#define NGX_CANVAS_SOCKET_H_INCLUDED

#include "ngx_canvas_session.h"

/* handlers of c->read and c->write; the timer of c->read is the session's */
void ngx_canvas_socket_read(ngx_event_t *rev);
void ngx_canvas_socket_write(ngx_event_t *wev);

/* takes input; NGX_ERROR: the session is to be finished */
ngx_int_t ngx_canvas_socket_parse(ngx_canvas_session_t *session,
    const u_char *pos, const u_char *last);

/*
 * The worker shuts down.  All sockets at once would all come back at once:
 * each is told at a moment of its own.
 */
void ngx_canvas_socket_leave(ngx_canvas_session_t *session);

#endif /* NGX_CANVAS_SOCKET_H_INCLUDED */
