/*
 * ngx_canvas_rendering: see the header.  References are counted on the event
 * loop alone; a thread only reads data that its job holds.
 */

#include "ngx_canvas_rendering.h"


ngx_canvas_rendering_t *
ngx_canvas_rendering_create(ngx_log_t *log, uint64_t epoch, uint64_t seq,
    ngx_canvas_memory_t *memory)
{
    ngx_canvas_rendering_t  *rendering;

    rendering = ngx_alloc(sizeof(ngx_canvas_rendering_t), log);
    if (rendering == NULL) {
        ngx_canvas_memory_free(memory);
        return NULL;
    }

    rendering->epoch = epoch;
    rendering->seq = seq;
    rendering->memory = *memory;
    rendering->refs = 1;

    return rendering;
}


ngx_canvas_rendering_t *
ngx_canvas_rendering_hold(ngx_canvas_rendering_t *rendering)
{
    rendering->refs++;

    return rendering;
}


void
ngx_canvas_rendering_release(ngx_canvas_rendering_t *rendering)
{
    if (--rendering->refs == 0) {
        ngx_canvas_memory_free(&rendering->memory);
        ngx_free(rendering);
    }
}
