/*
 * ngx_canvas_memory: see the header.  All pages are there from the start:
 * faulting them in one by one costs more, and some callers hold a lock.
 */

#include "ngx_canvas_memory.h"

#include <sys/mman.h>


static ngx_fd_t ngx_canvas_memory_file(size_t len);


canvas_status_t
ngx_canvas_memory_alloc(ngx_canvas_memory_t *memory, size_t len)
{
    void  *data;

    memory->fd = ngx_canvas_memory_file(len);

    data = mmap(NULL, len, PROT_READ|PROT_WRITE,
                MAP_POPULATE
                | (memory->fd == NGX_INVALID_FILE ? MAP_PRIVATE|MAP_ANONYMOUS
                                                  : MAP_SHARED),
                memory->fd, 0);

    if (data == MAP_FAILED) {

        if (memory->fd != NGX_INVALID_FILE) {
            (void) ngx_close_file(memory->fd);
        }

        memory->data = NULL;
        return CANVAS_NO_MEMORY;
    }

    memory->data = data;
    memory->len = len;

    return CANVAS_OK;
}


void
ngx_canvas_memory_trim(ngx_canvas_memory_t *memory, size_t len)
{
    size_t  pages;

    pages = ngx_align(len, ngx_pagesize);

    if (pages < memory->len) {
        (void) munmap(memory->data + pages, memory->len - pages);
    }

    if (memory->fd != NGX_INVALID_FILE) {
        /* failed, it holds more memory than it needs, and nothing else */
        (void) !ftruncate(memory->fd, len);
    }

    memory->len = len;
}


void
ngx_canvas_memory_free(ngx_canvas_memory_t *memory)
{
    if (memory->data == NULL) {
        return;
    }

    (void) munmap(memory->data, memory->len);

    if (memory->fd != NGX_INVALID_FILE) {
        (void) ngx_close_file(memory->fd);
    }

    memory->data = NULL;
}


static ngx_fd_t
ngx_canvas_memory_file(size_t len)
{
    ngx_fd_t  fd;

    fd = memfd_create("canvas", MFD_CLOEXEC);
    if (fd == -1) {
        return NGX_INVALID_FILE;
    }

    if (ftruncate(fd, len) == -1) {
        (void) ngx_close_file(fd);
        return NGX_INVALID_FILE;
    }

    return fd;
}
