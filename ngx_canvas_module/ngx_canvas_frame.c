/*
 * ngx_canvas_frame: see the header.
 */

#include "ngx_canvas_frame.h"

#include "canvas_ws.h"


ngx_canvas_frame_t *
ngx_canvas_frame_alloc(size_t size, ngx_log_t *log)
{
    ngx_canvas_frame_t  *frame;

    frame = ngx_alloc(offsetof(ngx_canvas_frame_t, data) + size, log);
    if (frame == NULL) {
        return NULL;
    }

    frame->refs = 1;
    frame->from = 0;
    frame->to = 0;
    frame->changes = 0;
    frame->len = 0;

    return frame;
}


ngx_canvas_frame_t *
ngx_canvas_frame_message(unsigned opcode, const void *payload, size_t len,
    ngx_log_t *log)
{
    ngx_canvas_frame_t  *frame;

    frame = ngx_canvas_frame_alloc(CANVAS_WS_HEAD_MAX + len, log);
    if (frame == NULL) {
        return NULL;
    }

    frame->len = canvas_ws_head(frame->data, opcode, len);

    if (len) {
        ngx_memcpy(frame->data + frame->len, payload, len);
        frame->len += len;
    }

    return frame;
}


void
ngx_canvas_frame_release(ngx_canvas_frame_t *frame)
{
    if (--frame->refs == 0) {
        ngx_free(frame);
    }
}
