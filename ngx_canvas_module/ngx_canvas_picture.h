/*
 * ngx_canvas_picture: canvases that PostgreSQL keeps, in any form, shared by
 * all requests of the worker.  Each is asked for and rendered once, however
 * many want it, by a thread, and kept while there is room: it never changes.
 *
 * What is kept and what requests still send is limited together, so that
 * clients that read slowly cannot fill the memory; beyond, what is not there
 * is refused.
 */

#ifndef NGX_CANVAS_PICTURE_H_INCLUDED
#define NGX_CANVAS_PICTURE_H_INCLUDED

#include "ngx_canvas_render.h"
#include "ngx_canvas_routes.h"
#include "ngx_canvas_worker.h"

/* bytes of an id, with its NUL */
#define NGX_CANVAS_PICTURE_ID  40

typedef struct ngx_canvas_picture_s  ngx_canvas_picture_t;

/* which; id is the only parameter of a statement that gives a stored canvas */
typedef struct {
    ngx_canvas_sql_e             statement;
    ngx_canvas_form_e            form;
    u_char                       id[NGX_CANVAS_PICTURE_ID];
} ngx_canvas_picture_key_t;

struct ngx_canvas_picture_s {
    ngx_queue_t                  queue;     /* of all that are as far */
    ngx_canvas_picture_key_t     key;
    ngx_queue_t                  waiting;   /* of ngx_canvas_picture_wait_t */
    ngx_uint_t                   refs;

    /* once it is made, nobody writes to it any more */
    ngx_canvas_memory_t          memory;
    ngx_uint_t                   width;
    ngx_uint_t                   height;
    uint64_t                     epoch;     /* 0: not known, as seq */
    uint64_t                     seq;
};

/* picture NULL unless code is CANVAS_CODE_OK; the reference is the handler's */
typedef void (*ngx_canvas_picture_pt)(void *data, canvas_code_t code,
    ngx_canvas_picture_t *picture);

/* one who waits; the caller sets handler and data, and owns the memory */
typedef struct {
    ngx_queue_t                  queue;
    ngx_canvas_picture_t        *picture;   /* NULL: does not wait */
    ngx_canvas_picture_pt        handler;
    void                        *data;
} ngx_canvas_picture_wait_t;

/* NULL on error (logged) */
ngx_canvas_pictures_t *ngx_canvas_pictures_create(ngx_canvas_worker_t *worker);

/*
 * NGX_OK: *picture, with a reference for the caller.  NGX_AGAIN: the handler
 * of wait will be called exactly once, unless it is cancelled.  NGX_DECLINED:
 * PostgreSQL is away, or there is no room.
 */
ngx_int_t ngx_canvas_picture_get(ngx_canvas_pictures_t *pictures,
    const ngx_canvas_picture_key_t *key, ngx_canvas_picture_wait_t *wait,
    ngx_canvas_picture_t **picture);

/* the handler will not be called any more; harmless when it was */
void ngx_canvas_picture_cancel(ngx_canvas_picture_wait_t *wait);

void ngx_canvas_picture_release(ngx_canvas_picture_t *picture);

/* at the end of the worker, when nginx has ended its threads */
void ngx_canvas_pictures_close(ngx_canvas_pictures_t *pictures);

#endif /* NGX_CANVAS_PICTURE_H_INCLUDED */
