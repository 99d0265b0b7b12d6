/*
 * ngx_canvas_output: see the header.  The ring's memory exists only while
 * more than a few frames wait: an idle socket holds none.
 */

#include "ngx_canvas_output.h"

#include <ngx_event.h>


/* frames of one writev() */
#define NGX_CANVAS_OUTPUT_BATCH  16


static ngx_canvas_frame_t **ngx_canvas_output_slot(ngx_canvas_output_t *output,
    ngx_uint_t i);
static ngx_int_t ngx_canvas_output_grow(ngx_canvas_output_t *output,
    ngx_log_t *log);
static ssize_t ngx_canvas_output_send(ngx_canvas_output_t *output,
    ngx_connection_t *c);
static void ngx_canvas_output_sent(ngx_canvas_output_t *output, size_t n);
static void ngx_canvas_output_count(ngx_canvas_output_t *output,
    uint64_t frames, uint64_t bytes);


ngx_int_t
ngx_canvas_output_add(ngx_canvas_output_t *output, ngx_canvas_frame_t *frame,
    uint64_t *dropped, ngx_log_t *log)
{
    ngx_int_t  rc;

    if (output->frames == NULL && output->n == NGX_CANVAS_OUTPUT_FEW
        && ngx_canvas_output_grow(output, log) != NGX_OK)
    {
        return NGX_ERROR;
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
    *ngx_canvas_output_slot(output, output->n) = frame;
    output->n++;

    return rc;
}


ngx_int_t
ngx_canvas_output_direct(ngx_canvas_output_t *output, ngx_connection_t *c,
    ngx_canvas_frame_t *frame)
{
    ssize_t    n;
    ngx_err_t  err;

    n = send(c->fd, frame->data, frame->len, MSG_DONTWAIT|MSG_NOSIGNAL);

    if (n == (ssize_t) frame->len) {
        c->sent += n;
        output->messages++;
        ngx_canvas_output_count(output, 1, n);

        return NGX_OK;
    }

    if (n == -1) {
        err = ngx_socket_errno;

        if (err != NGX_EAGAIN && err != NGX_EINTR) {
            c->write->error = 1;
            (void) ngx_connection_error(c, err, "send() failed");
            return NGX_ERROR;
        }

        n = 0;
    }

    c->sent += n;
    c->write->ready = 0;
    ngx_canvas_output_count(output, 0, n);

    frame->refs++;
    *ngx_canvas_output_slot(output, 0) = frame;
    output->n = 1;
    output->sent = n;
    output->begun = 1;

    return NGX_AGAIN;
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
            output->first = 0;
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
        frame = *ngx_canvas_output_slot(output, i);

        if (frame->to && !(i == 0 && output->begun)) {

            if (!found) {
                found = 1;
                *dropped = frame->from;
            }

            ngx_canvas_frame_release(frame);
            continue;
        }

        *ngx_canvas_output_slot(output, kept) = frame;
        kept++;
    }

    if (output->counters) {
        ngx_canvas_count(output->counters, NGX_CANVAS_COUNT_DROPPED,
                         output->n - kept);
    }

    output->n = kept;

    return found;
}


void
ngx_canvas_output_free(ngx_canvas_output_t *output)
{
    while (output->n) {
        output->n--;
        ngx_canvas_frame_release(*ngx_canvas_output_slot(output, output->n));
    }

    if (output->frames) {
        ngx_free(output->frames);
        output->frames = NULL;
    }
}


/* the i-th frame that waits; a ring of few begins anew when it is empty */

static ngx_canvas_frame_t **
ngx_canvas_output_slot(ngx_canvas_output_t *output, ngx_uint_t i)
{
    if (output->frames == NULL) {
        return &output->few[(output->first + i) % NGX_CANVAS_OUTPUT_FEW];
    }

    return &output->frames[(output->first + i) % output->size];
}


static ngx_int_t
ngx_canvas_output_grow(ngx_canvas_output_t *output, ngx_log_t *log)
{
    ngx_uint_t            i;
    ngx_canvas_frame_t  **frames;

    frames = ngx_alloc(output->size * sizeof(ngx_canvas_frame_t *), log);
    if (frames == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < output->n; i++) {
        frames[i] = *ngx_canvas_output_slot(output, i);
    }

    output->frames = frames;
    output->first = 0;

    return NGX_OK;
}


static ssize_t
ngx_canvas_output_send(ngx_canvas_output_t *output, ngx_connection_t *c)
{
    size_t               total;
    ngx_buf_t            bufs[NGX_CANVAS_OUTPUT_BATCH];
    ngx_uint_t           i, n;
    ngx_chain_t          links[NGX_CANVAS_OUTPUT_BATCH], *rest;
    ngx_canvas_frame_t  *frame;

    frame = *ngx_canvas_output_slot(output, 0);

    /* TLS has no gathering write */
    if (output->n == 1 || c->ssl) {
        return c->send(c, frame->data + output->sent,
                       frame->len - output->sent);
    }

    n = ngx_min(output->n, NGX_CANVAS_OUTPUT_BATCH);
    total = 0;

    ngx_memzero(bufs, n * sizeof(ngx_buf_t));

    for (i = 0; i < n; i++) {
        frame = *ngx_canvas_output_slot(output, i);

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

    ngx_canvas_output_count(output, 0, n);

    while (n) {
        frame = *ngx_canvas_output_slot(output, 0);
        left = frame->len - output->sent;

        if (n < left) {
            output->sent += n;
            return;
        }

        n -= left;
        output->sent = 0;
        output->begun = 0;
        output->messages++;
        output->first = (output->first + 1)
                        % (output->frames ? output->size
                                          : NGX_CANVAS_OUTPUT_FEW);
        output->n--;

        ngx_canvas_output_count(output, 1, 0);

        ngx_canvas_frame_release(frame);
    }
}


static void
ngx_canvas_output_count(ngx_canvas_output_t *output, uint64_t frames,
    uint64_t bytes)
{
    if (output->counters) {
        ngx_canvas_count(output->counters, NGX_CANVAS_COUNT_MESSAGES, frames);
        ngx_canvas_count(output->counters, NGX_CANVAS_COUNT_BYTES, bytes);
    }
}
