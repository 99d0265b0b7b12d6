/*
 * ngx_canvas_image: see the header.
 */

#include "ngx_canvas_image.h"

#include "ngx_canvas_send.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_snapshot.h"


/* a request for the canvas in one form */
typedef struct {
    ngx_http_request_t          *request;
    ngx_canvas_conf_t           *canvas;
    ngx_canvas_form_e            form;
    ngx_canvas_rendering_t      *rendering; /* held until the request ends */
    ngx_canvas_snapshot_wait_t   wait;
} ngx_canvas_image_t;


static void ngx_canvas_image_ready(void *data,
    ngx_canvas_rendering_t *rendering);
static void ngx_canvas_image_cleanup(void *data);
static ngx_int_t ngx_canvas_image_answer(ngx_canvas_image_t *image);

ngx_int_t
ngx_canvas_image_send(ngx_http_request_t *r, ngx_canvas_conf_t *canvas,
    ngx_canvas_form_e form)
{
    ngx_int_t            rc;
    ngx_canvas_image_t  *image;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_canvas_image_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    image = cln->data;
    ngx_memzero(image, sizeof(ngx_canvas_image_t));

    cln->handler = ngx_canvas_image_cleanup;

    image->request = r;
    image->canvas = canvas;
    image->form = form;
    image->wait.handler = ngx_canvas_image_ready;
    image->wait.data = image;

    rc = ngx_canvas_snapshot_get(canvas->worker->snapshot, form, &image->wait,
                                 &image->rendering);

    switch (rc) {

    case NGX_OK:
        return ngx_canvas_image_answer(image);

    case NGX_AGAIN:
        r->main->count++;

        if (!r->discard_body) {
            /* a client that goes away need not be waited for */
            r->read_event_handler = ngx_http_test_reading;
        }

        return NGX_DONE;

    case NGX_DECLINED:
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);

    default:
        return ngx_canvas_reply_error(r, CANVAS_CODE_INTERNAL, 0, NULL);
    }
}


static void
ngx_canvas_image_ready(void *data, ngx_canvas_rendering_t *rendering)
{
    ngx_canvas_image_t *image = data;

    ngx_int_t            rc;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = image->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    image->rendering = rendering;

    rc = rendering ? ngx_canvas_image_answer(image)
                   : ngx_canvas_reply_error(r, CANVAS_CODE_INTERNAL, 0, NULL);

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


static void
ngx_canvas_image_cleanup(void *data)
{
    ngx_canvas_image_t *image = data;

    ngx_canvas_snapshot_cancel(&image->wait);

    if (image->rendering) {
        ngx_canvas_rendering_release(image->rendering);
    }
}


static ngx_int_t
ngx_canvas_image_answer(ngx_canvas_image_t *image)
{
    u_char                   name[2 * NGX_INT64_LEN + 1];
    ngx_canvas_send_t        send;
    ngx_canvas_rendering_t  *rendering;

    rendering = image->rendering;

    send.form = image->form;
    send.memory = &rendering->memory;
    send.name.data = name;
    send.name.len = ngx_sprintf(name, "%uL-%uL", rendering->epoch,
                                rendering->seq)
                    - name;
    send.width = image->canvas->width;
    send.height = image->canvas->height;
    send.epoch = rendering->epoch;
    send.seq = rendering->seq;
    send.max_age = NGX_CANVAS_IMAGE_MAX_AGE;
    send.accept = 0;

    return ngx_canvas_send_canvas(image->request, &send);
}
