/*
 * ngx_canvas_memory: memory for the body of many answers, which the kernel
 * can send without a copy: a file that exists in memory only (memfd), mapped
 * once.  Where there is no such thing it is memory alone, and is copied.
 * No nginx state, no log: safe on any thread.
 */

#ifndef NGX_CANVAS_MEMORY_H_INCLUDED
#define NGX_CANVAS_MEMORY_H_INCLUDED

#include <ngx_config.h>
#include <ngx_core.h>

#include "canvas_status.h"

typedef struct {
    u_char      *data;
    size_t       len;
    ngx_fd_t     fd;            /* NGX_INVALID_FILE: memory alone */
} ngx_canvas_memory_t;

/* len > 0; CANVAS_NO_MEMORY: nothing to free */
canvas_status_t ngx_canvas_memory_alloc(ngx_canvas_memory_t *memory,
    size_t len);

/* gives back what lies behind the first len bytes, 0 < len <= memory->len */
void ngx_canvas_memory_trim(ngx_canvas_memory_t *memory, size_t len);

/* harmless on zeroed and on freed memory */
void ngx_canvas_memory_free(ngx_canvas_memory_t *memory);

#endif /* NGX_CANVAS_MEMORY_H_INCLUDED */
