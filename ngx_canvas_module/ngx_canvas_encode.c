/*
 * ngx_canvas_encode: see the header.
 */

#include "ngx_canvas_encode.h"

#include "canvas_proto.h"


static ngx_canvas_frame_t *ngx_canvas_encode_text(
    ngx_canvas_encoder_t *encoder, const ngx_canvas_batch_t *batch);
static ngx_canvas_frame_t *ngx_canvas_encode_binary(
    ngx_canvas_encoder_t *encoder, const ngx_canvas_batch_t *batch);
static ngx_canvas_frame_t *ngx_canvas_encode_deflated(
    ngx_canvas_encoder_t *encoder, ngx_canvas_frame_t *plain, size_t n);
static ngx_canvas_frame_t *ngx_canvas_encode_frame(
    ngx_canvas_encoder_t *encoder, size_t size,
    const ngx_canvas_batch_t *batch);


/* what a compressed form is made from; WIRE_MAX: from the changes */

static const ngx_canvas_wire_e  ngx_canvas_encode_plain[] = {
    NGX_CANVAS_WIRE_MAX,
    NGX_CANVAS_WIRE_MAX,
    NGX_CANVAS_WIRE_JSON,
    NGX_CANVAS_WIRE_BINARY
};


ngx_canvas_frame_t *
ngx_canvas_encode(ngx_canvas_encoder_t *encoder, ngx_canvas_frames_t *frames,
    ngx_canvas_wire_e wire, const ngx_canvas_batch_t *batch)
{
    size_t               n;
    ngx_canvas_wire_e    plain;
    ngx_canvas_frame_t  *frame;

    if (frames->wires[wire]) {
        return frames->wires[wire];
    }

    plain = ngx_canvas_encode_plain[wire];

    if (plain != NGX_CANVAS_WIRE_MAX) {
        frame = ngx_canvas_encode(encoder, frames, plain, batch);

        if (frame) {
            n = plain == NGX_CANVAS_WIRE_JSON ? batch->n : 1;
            frame = ngx_canvas_encode_deflated(encoder, frame, n);
        }

    } else if (wire == NGX_CANVAS_WIRE_JSON) {
        frame = ngx_canvas_encode_text(encoder, batch);

    } else {
        frame = ngx_canvas_encode_binary(encoder, batch);
    }

    frames->wires[wire] = frame;
    ngx_canvas_count(encoder->counters, NGX_CANVAS_COUNT_ENCODES, 1);

    return frame;
}


void
ngx_canvas_encode_release(ngx_canvas_frames_t *frames)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_CANVAS_WIRE_MAX; i++) {
        if (frames->wires[i]) {
            ngx_canvas_frame_release(frames->wires[i]);
            frames->wires[i] = NULL;
        }
    }
}


static ngx_canvas_frame_t *
ngx_canvas_encode_text(ngx_canvas_encoder_t *encoder,
    const ngx_canvas_batch_t *batch)
{
    ngx_canvas_frame_t  *frame;

    frame = ngx_canvas_encode_frame(encoder,
                                    canvas_proto_update_frames(NULL, NULL,
                                                               batch->n, 0),
                                    batch);
    if (frame == NULL) {
        return NULL;
    }

    frame->len = batch->picks
                 ? canvas_proto_update_frames_of(frame->data, batch->changes,
                                                 batch->picks, batch->n,
                                                 batch->from + 1)
                 : canvas_proto_update_frames(frame->data, batch->changes,
                                              batch->n, batch->from + 1);
    return frame;
}


static ngx_canvas_frame_t *
ngx_canvas_encode_binary(ngx_canvas_encoder_t *encoder,
    const ngx_canvas_batch_t *batch)
{
    size_t               len;
    u_char              *p;
    ngx_canvas_frame_t  *frame;

    len = canvas_proto_updates_binary(NULL, NULL, batch->n, 0);

    frame = ngx_canvas_encode_frame(encoder, CANVAS_WS_HEAD_MAX + len, batch);
    if (frame == NULL) {
        return NULL;
    }

    p = frame->data;
    p += canvas_ws_head(p, CANVAS_WS_OP_BINARY, len);
    p += batch->picks
         ? canvas_proto_updates_binary_of(p, batch->changes, batch->picks,
                                          batch->n, batch->to)
         : canvas_proto_updates_binary(p, batch->changes, batch->n,
                                       batch->to);
    frame->len = p - frame->data;

    return frame;
}


static ngx_canvas_frame_t *
ngx_canvas_encode_deflated(ngx_canvas_encoder_t *encoder,
    ngx_canvas_frame_t *plain, size_t n)
{
    size_t               size;
    ngx_canvas_frame_t  *frame;

    if (encoder->deflate == NULL) {
        encoder->deflate = canvas_deflate_create();
    }

    size = canvas_deflate_bound(plain->len, n);
    frame = encoder->deflate ? ngx_canvas_frame_alloc(size, encoder->log)
                             : NULL;

    if (frame) {
        frame->len = canvas_deflate_batch(encoder->deflate, plain->data,
                                          plain->len, frame->data, size);

        if (frame->len) {
            frame->from = plain->from;
            frame->to = plain->to;
            frame->changes = plain->changes;

            return frame;
        }

        ngx_canvas_frame_release(frame);
    }

    plain->refs++;

    return plain;
}


static ngx_canvas_frame_t *
ngx_canvas_encode_frame(ngx_canvas_encoder_t *encoder, size_t size,
    const ngx_canvas_batch_t *batch)
{
    ngx_canvas_frame_t  *frame;

    frame = ngx_canvas_frame_alloc(size, encoder->log);

    if (frame) {
        frame->from = batch->from;
        frame->to = batch->to;
        frame->changes = batch->n;
    }

    return frame;
}
