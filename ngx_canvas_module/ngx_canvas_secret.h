/*
 * ngx_canvas_secret: secrets in files of their own: read when nginx reads its
 * configuration, compared with what a request brings along.
 */

#ifndef NGX_CANVAS_SECRET_H_INCLUDED
#define NGX_CANVAS_SECRET_H_INCLUDED

#include "ngx_canvas_conf.h"

/*
 * The first line of the file, of at least min bytes; path becomes absolute.
 * NGX_ERROR: what names it in the message that was logged.
 */
ngx_int_t ngx_canvas_secret_read(ngx_conf_t *cf, const char *what,
    ngx_str_t *path, size_t min, ngx_str_t *secret);

/*
 * NGX_OK when r has Authorization: Bearer and the secret; the time that takes
 * tells nothing of it.  NGX_DECLINED otherwise, and always without a secret.
 */
ngx_int_t ngx_canvas_secret_check(ngx_http_request_t *r, ngx_str_t *secret);

#endif /* NGX_CANVAS_SECRET_H_INCLUDED */
