/*
 * ngx_canvas_tile: see the header.
 */

#include "ngx_canvas_tile.h"

#include "ngx_canvas_arg.h"
#include "ngx_canvas_send.h"
#include "ngx_canvas_image.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_worker.h"


/* pixels of a rectangle: it is copied with the lock held */
#define NGX_CANVAS_TILE_PIXELS  (1024 * 1024)


static canvas_status_t ngx_canvas_tile_sums(ngx_canvas_shm_t *shm,
    uint32_t *sums, ngx_canvas_position_t *position);
static ngx_int_t ngx_canvas_tile_read(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas, ngx_canvas_rectangle_t *rectangle,
    ngx_uint_t *given);
static ngx_int_t ngx_canvas_tile_send(ngx_http_request_t *r,
    ngx_canvas_rectangle_t *rectangle, ngx_canvas_position_t *position,
    u_char *pixels);


ngx_int_t
ngx_canvas_tile_checksums(ngx_http_request_t *r, ngx_canvas_conf_t *canvas)
{
    size_t                  i, columns, rows;
    u_char                 *body, *p;
    uint32_t               *sums;
    canvas_status_t         status;
    ngx_canvas_reply_t      reply;
    ngx_canvas_position_t   position;

    columns = canvas_sum_tiles(canvas->width);
    rows = canvas_sum_tiles(canvas->height);

    sums = ngx_palloc(r->pool, columns * rows * sizeof(uint32_t));
    body = ngx_pnalloc(r->pool, columns * rows * (NGX_INT32_LEN + 1)
                                + 5 * NGX_INT64_LEN
                                + sizeof("{\"seq\":,\"epoch\":,\"tile\":,"
                                         "\"columns\":,\"rows\":,"
                                         "\"sums\":[]}"));
    if (sums == NULL || body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    status = ngx_canvas_tile_sums(canvas->worker->shm, sums, &position);

    if (status != CANVAS_OK) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    p = ngx_sprintf(body, "{\"seq\":%uL,\"epoch\":%uL,\"tile\":%d,"
                    "\"columns\":%uz,\"rows\":%uz,\"sums\":[",
                    position.seq, position.epoch, CANVAS_SUM_TILE, columns,
                    rows);

    for (i = 0; i < columns * rows; i++) {
        p = ngx_sprintf(p, i ? ",%uD" : "%uD", sums[i]);
    }

    *p++ = ']';
    *p++ = '}';

    if (ngx_canvas_send_position(r, position.seq, position.epoch) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));

    reply.status = NGX_HTTP_OK;
    reply.max_age = NGX_CANVAS_IMAGE_MAX_AGE;

    return ngx_canvas_reply(r, &reply, body, p - body);
}


ngx_int_t
ngx_canvas_tile_rectangle(ngx_http_request_t *r, ngx_canvas_conf_t *canvas)
{
    ngx_int_t                rc;
    ngx_str_t                format;
    u_char                  *pixels;
    ngx_uint_t               given;
    ngx_canvas_position_t    position;
    ngx_canvas_rectangle_t   rectangle;

    rc = ngx_canvas_tile_read(r, canvas, &rectangle, &given);

    if (given == 0) {
        return NGX_DECLINED;
    }

    if (rc != NGX_OK) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_INVALID_COORDS, 0, NULL);
    }

    if (ngx_http_arg(r, (u_char *) "format", 6, &format) == NGX_OK) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_INVALID_MESSAGE, 0, NULL);
    }

    if (rectangle.width * rectangle.height > NGX_CANVAS_TILE_PIXELS) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_TOO_LARGE, 0, NULL);
    }

    pixels = ngx_pnalloc(r->pool, rectangle.width * rectangle.height);
    if (pixels == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_canvas_shm_rectangle(canvas->worker->shm, &rectangle, pixels,
                                 &position)
        != CANVAS_OK)
    {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    return ngx_canvas_tile_send(r, &rectangle, &position, pixels);
}


/* a new epoch may come between position and sums */

static canvas_status_t
ngx_canvas_tile_sums(ngx_canvas_shm_t *shm, uint32_t *sums,
    ngx_canvas_position_t *position)
{
    canvas_status_t  status;

    do {
        ngx_canvas_shm_position(shm, position);

        if (!position->valid) {
            return CANVAS_STALE;
        }

        status = ngx_canvas_shm_sums(shm, position->epoch, position->seq,
                                     sums);

    } while (status == CANVAS_STALE);

    return status;
}


/* NGX_ERROR: not all four, not numbers, or not on the canvas */

static ngx_int_t
ngx_canvas_tile_read(ngx_http_request_t *r, ngx_canvas_conf_t *canvas,
    ngx_canvas_rectangle_t *rectangle, ngx_uint_t *given)
{
    ngx_int_t          rc;
    uint64_t           values[4];
    ngx_uint_t         i, valid;

    static const char *const  names[] = { "x", "y", "width", "height" };

    *given = 0;
    valid = 0;

    for (i = 0; i < 4; i++) {
        rc = ngx_canvas_arg(r, names[i], &values[i]);

        *given += (rc != NGX_DECLINED);
        valid += (rc == NGX_OK);
    }

    if (valid != 4
        || values[2] == 0 || values[2] > canvas->width
        || values[3] == 0 || values[3] > canvas->height
        || values[0] > canvas->width - values[2]
        || values[1] > canvas->height - values[3])
    {
        return NGX_ERROR;
    }

    rectangle->x = values[0];
    rectangle->y = values[1];
    rectangle->width = values[2];
    rectangle->height = values[3];

    return NGX_OK;
}


static ngx_int_t
ngx_canvas_tile_send(ngx_http_request_t *r, ngx_canvas_rectangle_t *rectangle,
    ngx_canvas_position_t *position, u_char *pixels)
{
    ngx_str_t           tag;
    ngx_canvas_reply_t  reply;

    tag.data = ngx_pnalloc(r->pool, 6 * NGX_INT64_LEN
                                    + sizeof("\"---...\""));
    if (tag.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    tag.len = ngx_sprintf(tag.data, "\"%uL-%uL-%ui.%ui.%ui.%ui\"",
                          position->epoch, position->seq, rectangle->x,
                          rectangle->y, rectangle->width, rectangle->height)
              - tag.data;

    if (ngx_canvas_reply_etag(r, &tag) != NGX_OK
        || ngx_canvas_send_position(r, position->seq, position->epoch)
           != NGX_OK
        || ngx_canvas_send_size(r, rectangle->width, rectangle->height)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    reply.status = NGX_HTTP_OK;
    ngx_str_set(&reply.type, "application/octet-stream");
    reply.max_age = NGX_CANVAS_IMAGE_MAX_AGE;

    return ngx_canvas_reply(r, &reply, pixels,
                            rectangle->width * rectangle->height);
}
