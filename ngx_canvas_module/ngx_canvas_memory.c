/*
 * ngx_canvas_memory: see the header.  All pages are there from the start:
 * faulting them in one by one costs more, and some callers hold a lock.
 */

#include "ngx_canvas_memory.h"

#include <sys/mman.h>


static ngx_int_t ngx_canvas_memory_file(ngx_canvas_memory_t *memory,
    ngx_fd_t fd);


canvas_status_t
ngx_canvas_memory_alloc(ngx_canvas_memory_t *memory, size_t len)
{
    void  *data;

    memory->fd = NGX_INVALID_FILE;
    memory->data = NULL;

    data = mmap(NULL, len, PROT_READ|PROT_WRITE,
                MAP_PRIVATE|MAP_ANONYMOUS|MAP_POPULATE, -1, 0);

    if (data == MAP_FAILED) {
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

    memory->len = len;
}


void
ngx_canvas_memory_seal(ngx_canvas_memory_t *memory, const char *folder)
{
    ngx_fd_t  fd;

    if (folder) {
        fd = open(folder, O_TMPFILE|O_RDWR|O_CLOEXEC, S_IRUSR|S_IWUSR);

        if (ngx_canvas_memory_file(memory, fd) == NGX_OK) {
            return;
        }
    }

    fd = memfd_create("canvas", MFD_CLOEXEC);

    (void) ngx_canvas_memory_file(memory, fd);
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


/* moves the bytes there; the file is closed when that fails */

static ngx_int_t
ngx_canvas_memory_file(ngx_canvas_memory_t *memory, ngx_fd_t fd)
{
    void     *data;
    size_t    done;
    ssize_t   n;

    if (fd == NGX_INVALID_FILE) {
        return NGX_ERROR;
    }

    for (done = 0; done < memory->len; done += n) {
        n = pwrite(fd, memory->data + done, memory->len - done, done);

        if (n <= 0) {
            goto failed;
        }
    }

    data = mmap(NULL, memory->len, PROT_READ, MAP_SHARED, fd, 0);

    if (data == MAP_FAILED) {
        goto failed;
    }

    (void) munmap(memory->data, memory->len);

    memory->data = data;
    memory->fd = fd;

    return NGX_OK;

failed:

    (void) ngx_close_file(fd);

    return NGX_ERROR;
}
