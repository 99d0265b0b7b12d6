/*
 * ngx_canvas_render: packed, gzip and PNG from the bytes of a canvas.  Called
 * by ngx_canvas_snapshot, on a thread for all that is slow.
 */

#include "ngx_canvas_render.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "canvas_grid.h"
#include "canvas_png.h"


#define NGX_CANVAS_GZIP_WINDOW  (15 + 16)   /* 32 KB, gzip's head and tail */
#define NGX_CANVAS_PNG_LEVEL    2

typedef canvas_status_t (*ngx_canvas_render_pt)(
    const ngx_canvas_conf_t *canvas, const u_char *bytes, u_char **data,
    size_t *len);

typedef struct {
    ngx_canvas_render_pt  handler;
    unsigned              slow:1;
} ngx_canvas_render_form_t;


static canvas_status_t ngx_canvas_render_packed(
    const ngx_canvas_conf_t *canvas, const u_char *bytes, u_char **data,
    size_t *len);
static canvas_status_t ngx_canvas_render_bytes_gzip(
    const ngx_canvas_conf_t *canvas, const u_char *bytes, u_char **data,
    size_t *len);
static canvas_status_t ngx_canvas_render_packed_gzip(
    const ngx_canvas_conf_t *canvas, const u_char *bytes, u_char **data,
    size_t *len);
static canvas_status_t ngx_canvas_render_png(const ngx_canvas_conf_t *canvas,
    const u_char *bytes, u_char **data, size_t *len);
static canvas_status_t ngx_canvas_render_gzip(const u_char *in, size_t n,
    u_char **data, size_t *len);


static const ngx_canvas_render_form_t  ngx_canvas_render_forms[] = {
    [NGX_CANVAS_FORM_PACKED] = { ngx_canvas_render_packed, 0 },
    [NGX_CANVAS_FORM_BYTES_GZIP] = { ngx_canvas_render_bytes_gzip, 1 },
    [NGX_CANVAS_FORM_PACKED_GZIP] = { ngx_canvas_render_packed_gzip, 1 },
    [NGX_CANVAS_FORM_PNG] = { ngx_canvas_render_png, 1 }
};


ngx_uint_t
ngx_canvas_render_slow(ngx_canvas_form_e form)
{
    return ngx_canvas_render_forms[form].slow;
}


canvas_status_t
ngx_canvas_render(const ngx_canvas_conf_t *canvas, ngx_canvas_form_e form,
    const u_char *bytes, u_char **data, size_t *len)
{
    return ngx_canvas_render_forms[form].handler(canvas, bytes, data, len);
}


static canvas_status_t
ngx_canvas_render_packed(const ngx_canvas_conf_t *canvas, const u_char *bytes,
    u_char **data, size_t *len)
{
    size_t  n;

    n = (size_t) canvas->width * canvas->height;

    *len = canvas_grid_packed_size(n, canvas->bits);

    *data = malloc(*len);
    if (*data == NULL) {
        return CANVAS_NO_MEMORY;
    }

    canvas_grid_pack(*data, bytes, n, canvas->bits);

    return CANVAS_OK;
}


static canvas_status_t
ngx_canvas_render_bytes_gzip(const ngx_canvas_conf_t *canvas,
    const u_char *bytes, u_char **data, size_t *len)
{
    return ngx_canvas_render_gzip(bytes,
                                  (size_t) canvas->width * canvas->height,
                                  data, len);
}


static canvas_status_t
ngx_canvas_render_packed_gzip(const ngx_canvas_conf_t *canvas,
    const u_char *bytes, u_char **data, size_t *len)
{
    size_t           n;
    u_char          *packed;
    canvas_status_t  status;

    status = ngx_canvas_render_packed(canvas, bytes, &packed, &n);
    if (status != CANVAS_OK) {
        return status;
    }

    status = ngx_canvas_render_gzip(packed, n, data, len);

    free(packed);

    return status;
}


static canvas_status_t
ngx_canvas_render_png(const ngx_canvas_conf_t *canvas, const u_char *bytes,
    u_char **data, size_t *len)
{
    return canvas_png_encode(bytes, canvas->width, canvas->height,
                             &canvas->palette, 1, NGX_CANVAS_PNG_LEVEL, data,
                             len);
}


/*
 * Z_RLE: measured on 500x500 canvases (sparse dots, drawings with noise,
 * random) it takes 0.7-1.9 ms where level 1 takes 1.0-2.6 and level 6
 * 4.9-8.7, and its result is smaller than that of both: 20-55 KB against
 * 31-72 and 23-56.  The level does not matter to it.
 */

static canvas_status_t
ngx_canvas_render_gzip(const u_char *in, size_t n, u_char **data, size_t *len)
{
    int       rc;
    u_char   *out, *fit;
    size_t    size;
    z_stream  zs;

    memset(&zs, 0, sizeof(z_stream));

    if (deflateInit2(&zs, 1, Z_DEFLATED, NGX_CANVAS_GZIP_WINDOW, 8, Z_RLE)
        != Z_OK)
    {
        return CANVAS_NO_MEMORY;
    }

    size = deflateBound(&zs, n);

    out = malloc(size);
    if (out == NULL) {
        (void) deflateEnd(&zs);
        return CANVAS_NO_MEMORY;
    }

    zs.next_in = (Bytef *) in;
    zs.avail_in = n;
    zs.next_out = out;
    zs.avail_out = size;

    rc = deflate(&zs, Z_FINISH);

    *len = zs.total_out;

    (void) deflateEnd(&zs);

    if (rc != Z_STREAM_END) {
        free(out);
        return CANVAS_ERROR;
    }

    /* the bound is several times the result; it may be kept for long */
    fit = realloc(out, *len);

    *data = fit ? fit : out;

    return CANVAS_OK;
}
