/*
 * ngx_canvas_output: see the header.  The ring's memory exists only while
 * frames wait: an idle socket holds none.
 */

#include "ngx_canvas_output.h"

#include <ngx_event.h>


/* frames of one writev() */
#define NGX_CANVAS_OUTPUT_BATCH  16


static ssize_t ngx_canvas_output_send(ngx_canvas_output_t *output,
    ngx_connection_t *c);
static void ngx_canvas_output_sent(ngx_canvas_output_t *output, size_t n);


ngx_int_t
ngx_canvas_output_add(ngx_canvas_output_t *output, ngx_canvas_frame_t *frame,
    uint64_t *dropped, ngx_log_t *log)
{
    ngx_int_t  rc;

    if (output->frames == NULL) {
        output->frames = ngx_alloc(output->size
                                   * sizeof(ngx_canvas_frame_t *), log);
        if (output->frames == NULL) {
            return NGX_ERROR;
        }

        output->first = 0;
        output->n = 0;
        output->sent = 0;
        output->begun = 0;
    }

    rc = NGX_OK;

    if (output->n == output->size) {

        if (!ngx_canvas_output_drop(output, dropped)) {

            if (frame->to == 0) {
                return NGX_ERROR;
            }

            *dropped = frame->from;
        }

        if (frame->to) {
            return NGX_DECLINED;
        }

        if (output->n == output->size) {
            return NGX_ERROR;
        }

        rc = NGX_DECLINED;
    }

    frame->refs++;
    output->frames[(output->first + output->n) % output->size] = frame;
    output->n++;

    return rc;
}


ngx_int_t
ngx_canvas_output_write(ngx_canvas_output_t *output, ngx_connection_t *c)
{
    ssize_t  n;

    while (output->n) {

        if (!c->write->ready) {
            break;
        }

        output->begun = 1;
        n = ngx_canvas_output_send(output, c);

        if (n == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (n == NGX_AGAIN) {
            break;
        }

        ngx_canvas_output_sent(output, n);
    }

    if (output->n == 0) {

        if (output->frames) {
            ngx_free(output->frames);
            output->frames = NULL;
        }

        return NGX_OK;
    }

    if (ngx_handle_write_event(c->write, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    return NGX_AGAIN;
}


ngx_uint_t
ngx_canvas_output_drop(ngx_canvas_output_t *output, uint64_t *dropped)
{
    ngx_uint_t           i, kept, found;
    ngx_canvas_frame_t  *frame;

    found = 0;
    kept = 0;

    for (i = 0; i < output->n; i++) {
        frame = output->frames[(output->first + i) % output->size];

        if (frame->to && !(i == 0 && output->begun)) {

            if (!found) {
                found = 1;
                *dropped = frame->from;
            }

            ngx_canvas_frame_release(frame);
            continue;
        }

        output->frames[(output->first + kept) % output->size] = frame;
        kept++;
    }

    output->n = kept;

    return found;
}


void
ngx_canvas_output_free(ngx_canvas_output_t *output)
{
    while (output->n) {
        ngx_canvas_frame_release(output->frames[output->first]);
        output->first = (output->first + 1) % output->size;
        output->n--;
    }

    if (output->frames) {
        ngx_free(output->frames);
        output->frames = NULL;
    }
}


static ssize_t
ngx_canvas_output_send(ngx_canvas_output_t *output, ngx_connection_t *c)
{
    size_t               total;
    ngx_buf_t            bufs[NGX_CANVAS_OUTPUT_BATCH];
    ngx_uint_t           i, n;
    ngx_chain_t          links[NGX_CANVAS_OUTPUT_BATCH], *rest;
    ngx_canvas_frame_t  *frame;

    frame = output->frames[output->first];

    /* TLS has no gathering write */
    if (output->n == 1 || c->ssl) {
        return c->send(c, frame->data + output->sent,
                       frame->len - output->sent);
    }

    n = ngx_min(output->n, NGX_CANVAS_OUTPUT_BATCH);
    total = 0;

    ngx_memzero(bufs, n * sizeof(ngx_buf_t));

    for (i = 0; i < n; i++) {
        frame = output->frames[(output->first + i) % output->size];

        bufs[i].memory = 1;
        bufs[i].pos = frame->data + (i ? 0 : output->sent);
        bufs[i].last = frame->data + frame->len;

        links[i].buf = &bufs[i];
        links[i].next = i + 1 < n ? &links[i + 1] : NULL;

        total += bufs[i].last - bufs[i].pos;
    }

    rest = c->send_chain(c, links, 0);

    if (rest == NGX_CHAIN_ERROR) {
        return NGX_ERROR;
    }

    for ( /* void */ ; rest; rest = rest->next) {
        total -= rest->buf->last - rest->buf->pos;
    }

    return total ? (ssize_t) total : NGX_AGAIN;
}


static void
ngx_canvas_output_sent(ngx_canvas_output_t *output, size_t n)
{
    size_t               left;
    ngx_canvas_frame_t  *frame;

    while (n) {
        frame = output->frames[output->first];
        left = frame->len - output->sent;

        if (n < left) {
            output->sent += n;
            return;
        }

        n -= left;
        output->sent = 0;
        output->begun = 0;
        output->messages++;
        output->first = (output->first + 1) % output->size;
        output->n--;

        ngx_canvas_frame_release(frame);
    }
}
