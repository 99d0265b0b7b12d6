/*
 * ngx_canvas_archive: see the header.  Waits for the picture
 * (ngx_canvas_picture) and holds it until the request has ended.
 */

#include "ngx_canvas_archive.h"

#include "ngx_canvas_accept.h"
#include "ngx_canvas_send.h"
#include "ngx_canvas_picture.h"
#include "ngx_canvas_reply.h"


typedef struct {
    ngx_http_request_t          *r;
    const ngx_canvas_route_t    *route;
    ngx_canvas_picture_t        *picture;   /* NULL: not there yet */
    ngx_canvas_picture_wait_t    wait;
    unsigned                     accept:1;  /* the form was chosen by Accept */
} ngx_canvas_archive_t;


static ngx_canvas_form_e ngx_canvas_archive_binary(ngx_http_request_t *r,
    const char *format);
static ngx_int_t ngx_canvas_archive_send(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const char *id, ngx_canvas_form_e form,
    ngx_uint_t accept);
static void ngx_canvas_archive_cleanup(void *data);
static void ngx_canvas_archive_ready(void *data, canvas_code_t code,
    ngx_canvas_picture_t *picture);
static ngx_int_t ngx_canvas_archive_answer(ngx_canvas_archive_t *archive);


ngx_int_t
ngx_canvas_archive_canvas(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const char *const *values)
{
    return ngx_canvas_archive_send(r, route, values[0],
                                   ngx_canvas_archive_binary(r, values[1]), 0);
}


ngx_int_t
ngx_canvas_archive_image(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const char *const *values)
{
    return ngx_canvas_archive_send(r, route, values[0], NGX_CANVAS_FORM_PNG,
                                   0);
}


ngx_int_t
ngx_canvas_archive_snapshot(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const char *const *values)
{
    ngx_canvas_form_e  form;

    form = ngx_canvas_accept_png(r) ? NGX_CANVAS_FORM_PNG
                                    : ngx_canvas_archive_binary(r, values[1]);

    return ngx_canvas_archive_send(r, route, values[0], form, 1);
}


/* format: NULL, or "packed" */

static ngx_canvas_form_e
ngx_canvas_archive_binary(ngx_http_request_t *r, const char *format)
{
    if (ngx_canvas_accept_gzip(r)) {
        return format ? NGX_CANVAS_FORM_PACKED_GZIP
                      : NGX_CANVAS_FORM_BYTES_GZIP;
    }

    return format ? NGX_CANVAS_FORM_PACKED : NGX_CANVAS_FORM_BYTES;
}


static ngx_int_t
ngx_canvas_archive_send(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const char *id, ngx_canvas_form_e form,
    ngx_uint_t accept)
{
    ngx_int_t                  rc;
    ngx_pool_cleanup_t        *cln;
    ngx_canvas_worker_t       *worker;
    ngx_canvas_archive_t      *archive;
    ngx_canvas_picture_key_t   key;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_canvas_archive_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    archive = cln->data;
    ngx_memzero(archive, sizeof(ngx_canvas_archive_t));

    cln->handler = ngx_canvas_archive_cleanup;

    archive->r = r;
    archive->route = route;
    archive->accept = accept;
    archive->wait.handler = ngx_canvas_archive_ready;
    archive->wait.data = archive;

    ngx_memzero(&key, sizeof(ngx_canvas_picture_key_t));

    key.statement = route->statement;
    key.form = form;
    ngx_cpystrn(key.id, (u_char *) id, NGX_CANVAS_PICTURE_ID);

    worker = ngx_canvas_of(r)->worker;

    rc = worker ? ngx_canvas_picture_get(worker->pictures, &key,
                                         &archive->wait, &archive->picture)
                : NGX_DECLINED;

    if (rc == NGX_OK) {
        return ngx_canvas_archive_answer(archive);
    }

    if (rc == NGX_DECLINED) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    r->main->count++;

    if (!r->discard_body) {
        /* ends the request when the client closes the connection */
        r->read_event_handler = ngx_http_test_reading;
    }

    return NGX_DONE;
}


static void
ngx_canvas_archive_cleanup(void *data)
{
    ngx_canvas_archive_t *archive = data;

    ngx_canvas_picture_cancel(&archive->wait);

    if (archive->picture) {
        ngx_canvas_picture_release(archive->picture);
    }
}


static void
ngx_canvas_archive_ready(void *data, canvas_code_t code,
    ngx_canvas_picture_t *picture)
{
    ngx_canvas_archive_t *archive = data;

    ngx_int_t            rc;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = archive->r;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    archive->picture = picture;

    rc = picture ? ngx_canvas_archive_answer(archive)
                 : ngx_canvas_reply_error(r, code, 0, NULL);

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_canvas_archive_answer(ngx_canvas_archive_t *archive)
{
    ngx_canvas_send_t      send;
    ngx_canvas_picture_t  *picture;

    picture = archive->picture;

    send.form = picture->key.form;
    send.memory = &picture->memory;
    send.name.data = picture->key.id;
    send.name.len = ngx_strlen(picture->key.id);
    send.width = picture->width;
    send.height = picture->height;
    send.epoch = picture->epoch;
    send.seq = picture->seq;
    send.max_age = archive->route->max_age;
    send.accept = archive->accept;

    return ngx_canvas_send_canvas(archive->r, &send);
}
