/*
 * ngx_canvas_encode: changes to frames, one a wire form, each made when the
 * first socket of that form needs it.
 */

#ifndef NGX_CANVAS_ENCODE_H_INCLUDED
#define NGX_CANVAS_ENCODE_H_INCLUDED

#include "ngx_canvas_session.h"

#include "canvas_deflate.h"

/* changes of one frame at most */
#define NGX_CANVAS_ENCODE_MAX  1024

/* the frames of one batch by wire; NULL: not made yet */
typedef struct {
    ngx_canvas_frame_t     *wires[NGX_CANVAS_WIRE_MAX];
} ngx_canvas_frames_t;

/* changes (from, to], or those of them that picks names */
typedef struct {
    const canvas_change_t  *changes;    /* of from + 1 ... */
    const uint16_t         *picks;      /* NULL: all of them */
    size_t                  n;          /* picks, or changes */
    uint64_t                from;
    uint64_t                to;
} ngx_canvas_batch_t;

typedef struct {
    canvas_deflate_t       *deflate;    /* made with the first socket */
    ngx_canvas_counters_t  *counters;
    ngx_log_t              *log;
} ngx_canvas_encoder_t;

/*
 * The frame of the batch in this form, made unless frames has it; it is
 * frames' reference.  Compressed forms are the plain one again where that is
 * not larger.  NULL: no memory.
 */
ngx_canvas_frame_t *ngx_canvas_encode(ngx_canvas_encoder_t *encoder,
    ngx_canvas_frames_t *frames, ngx_canvas_wire_e wire,
    const ngx_canvas_batch_t *batch);

void ngx_canvas_encode_release(ngx_canvas_frames_t *frames);

#endif /* NGX_CANVAS_ENCODE_H_INCLUDED */
