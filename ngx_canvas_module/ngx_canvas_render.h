/*
 * ngx_canvas_render: turns the bytes of a canvas into another of its forms.
 * Work on plain memory: no nginx state, no log, safe on any thread.
 */

#ifndef NGX_CANVAS_RENDER_H_INCLUDED
#define NGX_CANVAS_RENDER_H_INCLUDED

#include "ngx_canvas_conf.h"

#include "ngx_canvas_memory.h"

typedef enum {
    NGX_CANVAS_FORM_BYTES = 0,      /* one byte a pixel */
    NGX_CANVAS_FORM_PACKED,         /* as stored: 4 or 8 bits a pixel */
    NGX_CANVAS_FORM_BYTES_GZIP,
    NGX_CANVAS_FORM_PACKED_GZIP,
    NGX_CANVAS_FORM_PNG,
    NGX_CANVAS_FORMS
} ngx_canvas_form_e;

/* what a canvas is besides its pixels */
typedef struct {
    ngx_uint_t                width;
    ngx_uint_t                height;
    ngx_uint_t                bits;
    const canvas_palette_t   *palette;
} ngx_canvas_shape_t;

/* 1: takes a millisecond or more, belongs on a thread */
ngx_uint_t ngx_canvas_render_slow(const ngx_canvas_shape_t *shape,
    ngx_canvas_form_e form);

/*
 * bytes holds width * height pixels.  Any form but BYTES.  On CANVAS_OK the
 * memory is the caller's to free.  CANVAS_INVALID: pixels beyond the palette.
 */
canvas_status_t ngx_canvas_render(const ngx_canvas_shape_t *shape,
    ngx_canvas_form_e form, const u_char *bytes, ngx_canvas_memory_t *memory);

#endif /* NGX_CANVAS_RENDER_H_INCLUDED */
