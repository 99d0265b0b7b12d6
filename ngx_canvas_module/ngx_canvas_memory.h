/*
 * ngx_canvas_memory: memory for the body of many answers.  Filled and sealed
 * it is a file without a name, mapped once, which the kernel sends without a
 * copy.  The page cache of a disk's file system sends its pages in longer
 * runs than a file in memory (memfd) does, with a fifth less work, and such a
 * file is rarely old enough to be written to the disk.  Where neither can be
 * had it stays memory alone, and is copied.  No nginx state, no log: safe on
 * any thread.
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

/*
 * From here on the bytes are read only, perhaps at another address.  folder:
 * of temporary files; NULL, not writable, full, or of a file system without
 * O_TMPFILE: it becomes a file in memory.
 */
void ngx_canvas_memory_seal(ngx_canvas_memory_t *memory, const char *folder);

/* harmless on zeroed and on freed memory */
void ngx_canvas_memory_free(ngx_canvas_memory_t *memory);

#endif /* NGX_CANVAS_MEMORY_H_INCLUDED */
