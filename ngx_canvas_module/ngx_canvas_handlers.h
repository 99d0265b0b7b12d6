/*
 * ngx_canvas_handlers: the content handlers that locations switch on, one a
 * file of the same name.
 */

#ifndef NGX_CANVAS_HANDLERS_H_INCLUDED
#define NGX_CANVAS_HANDLERS_H_INCLUDED

#include "ngx_canvas_conf.h"

/* canvas_websocket: ngx_canvas_upgrade.c */
ngx_int_t ngx_canvas_upgrade_handler(ngx_http_request_t *r);

/* canvas_websocket_echo: ngx_canvas_echo.c */
ngx_int_t ngx_canvas_echo_handler(ngx_http_request_t *r);

/* canvas_place: ngx_canvas_place.c, POST /api/pixel */
ngx_int_t ngx_canvas_place_handler(ngx_http_request_t *r);

/* canvas_auth: ngx_canvas_auth.c, /api/v1/auth/ */
ngx_int_t ngx_canvas_auth_handler(ngx_http_request_t *r);

/* canvas_read: ngx_canvas_read.c, /api/v1/canvas* */
ngx_int_t ngx_canvas_read_handler(ngx_http_request_t *r);

/* canvas_api: ngx_canvas_rest.c, the route table over PostgreSQL */
ngx_int_t ngx_canvas_rest_handler(ngx_http_request_t *r);

/* canvas_health: ngx_canvas_health.c */
ngx_int_t ngx_canvas_health_handler(ngx_http_request_t *r);

/* canvas_metrics: ngx_canvas_metrics.c, for Prometheus */
ngx_int_t ngx_canvas_metrics_handler(ngx_http_request_t *r);

#endif /* NGX_CANVAS_HANDLERS_H_INCLUDED */
