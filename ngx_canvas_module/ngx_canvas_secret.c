/*
 * ngx_canvas_secret: see the header.
 */

#include "ngx_canvas_secret.h"


#define NGX_CANVAS_SECRET_MAX  1023


static ngx_uint_t ngx_canvas_secret_equal(ngx_str_t *given,
    ngx_str_t *secret);


ngx_int_t
ngx_canvas_secret_read(ngx_conf_t *cf, const char *what, ngx_str_t *path,
    size_t min, ngx_str_t *secret)
{
    ssize_t     n;
    u_char     *p;
    ngx_fd_t    fd;
    ngx_file_t  file;

    if (ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    fd = ngx_open_file(path->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "cannot open %s \"%V\"", what, path);
        return NGX_ERROR;
    }

    ngx_memzero(&file, sizeof(ngx_file_t));
    file.fd = fd;
    file.name = *path;
    file.log = cf->log;

    p = ngx_pcalloc(cf->pool, NGX_CANVAS_SECRET_MAX + 1);
    n = p ? ngx_read_file(&file, p, NGX_CANVAS_SECRET_MAX, 0) : NGX_ERROR;

    (void) ngx_close_file(fd);

    if (n == NGX_ERROR) {
        return NGX_ERROR;
    }

    secret->data = p;
    secret->len = strcspn((char *) p, "\r\n");

    if (secret->len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s \"%V\" is empty", what,
                           path);
        return NGX_ERROR;
    }

    if (secret->len < min) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%s \"%V\": the first line has less than %uz "
                           "characters", what, path, min);
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_canvas_secret_check(ngx_http_request_t *r, ngx_str_t *secret)
{
    ngx_str_t  given;

    if (secret->len == 0 || r->headers_in.authorization == NULL) {
        return NGX_DECLINED;
    }

    given = r->headers_in.authorization->value;

    if (given.len < 7
        || ngx_strncasecmp(given.data, (u_char *) "Bearer ", 7) != 0)
    {
        return NGX_DECLINED;
    }

    given.data += 7;
    given.len -= 7;

    while (given.len && *given.data == ' ') {
        given.data++;
        given.len--;
    }

    return ngx_canvas_secret_equal(&given, secret) ? NGX_OK : NGX_DECLINED;
}


/* looks at every byte of the secret, whatever was found before */

static ngx_uint_t
ngx_canvas_secret_equal(ngx_str_t *given, ngx_str_t *secret)
{
    size_t           i;
    volatile size_t  different;

    different = given->len ^ secret->len;

    for (i = 0; i < secret->len; i++) {
        different |= secret->data[i] ^ (i < given->len ? given->data[i] : 0);
    }

    return different == 0;
}
