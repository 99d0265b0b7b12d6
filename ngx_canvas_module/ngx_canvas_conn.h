/*
 * ngx_canvas_conn: a connection that has done with HTTP: taken out of its
 * request, which is logged and freed, and closed in the end.  What an idle
 * socket holds is then the connection's own small pool and nothing else.
 */

#ifndef NGX_CANVAS_CONN_H_INCLUDED
#define NGX_CANVAS_CONN_H_INCLUDED

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

/*
 * 1: somebody else still counts on the request: a subrequest (mirror), a
 * thread, or limit_conn, which counts a connection as long as its request
 */
ngx_uint_t ngx_canvas_conn_held(ngx_http_request_t *r);

/*
 * Writes the request's log line, frees it, its pool and the buffers of its
 * header; data is the connection's from now on.  Only for a request that is
 * not held, outside of its own handlers; the input behind the header must
 * have been taken.
 */
void ngx_canvas_conn_detach(ngx_http_request_t *r, void *data);

/*
 * Closes a connection without a request after all was written: what the
 * client has still on its way is read and dropped for a while, since a reset
 * could overtake the last bytes.
 */
void ngx_canvas_conn_linger(ngx_connection_t *c);

#endif /* NGX_CANVAS_CONN_H_INCLUDED */
