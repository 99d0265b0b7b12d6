/*
 * ngx_canvas_updates: the changes after a seq, for those who open no socket:
 * as many as there are after any seq, or blocks of NGX_CANVAS_UPDATES_BLOCK
 * changes at fixed seqs, which never change and may be cached for ever.
 */

#ifndef NGX_CANVAS_UPDATES_H_INCLUDED
#define NGX_CANVAS_UPDATES_H_INCLUDED

#include "ngx_canvas_conf.h"

/* block n holds the changes (n * this, (n + 1) * this] of its epoch */
#define NGX_CANVAS_UPDATES_BLOCK  256

/* content handlers of GET and HEAD */

/* updates?since=&epoch= */
ngx_int_t ngx_canvas_updates_since(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);

/* updates/<epoch>/<n>; name is what follows updates/ */
ngx_int_t ngx_canvas_updates_block(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas, ngx_str_t *name);

#endif /* NGX_CANVAS_UPDATES_H_INCLUDED */
