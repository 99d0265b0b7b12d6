/*
 * ngx_canvas_picture: see the header.
 *
 * A picture goes from pending to the one of a job to ready; a job asks
 * PostgreSQL, copies what it tells and hands it to a thread.  Four jobs a
 * worker: the others wait, and hold nothing meanwhile.
 */

#include "ngx_canvas_picture.h"

#include <ngx_thread_pool.h>

#include "ngx_canvas_snapshot.h"

#include "canvas_stored.h"


#define NGX_CANVAS_PICTURE_JOBS    4

/* of the ready ones, bytes and number (each may be a file in memory); what
 * the jobs are about to make comes on top */
#define NGX_CANVAS_PICTURE_MEMORY  (64 * 1024 * 1024)
#define NGX_CANVAS_PICTURE_COUNT   64

/* a thread at work this long is worth an alert */
#define NGX_CANVAS_PICTURE_SLOW    60000

typedef struct {
    ngx_canvas_pictures_t   *pictures;
    ngx_canvas_picture_t    *picture;   /* NULL: idle */
    ngx_thread_task_t       *task;
    void                    *query;
    u_char                  *value;     /* what PostgreSQL told */
    size_t                   len;

    /* of the thread */
    canvas_stored_t          stored;
    ngx_canvas_memory_t      memory;
    canvas_status_t          status;
} ngx_canvas_picture_job_t;

struct ngx_canvas_pictures_s {
    ngx_canvas_worker_t        *worker;
    ngx_thread_pool_t          *threads;
    ngx_canvas_picture_job_t    jobs[NGX_CANVAS_PICTURE_JOBS];
    ngx_queue_t                 pending;
    ngx_queue_t                 ready;  /* used last first */
    ngx_uint_t                  n;      /* of them */
    size_t                      memory;
};


static ngx_canvas_picture_t *ngx_canvas_picture_find(
    ngx_canvas_pictures_t *pictures, const ngx_canvas_picture_key_t *key);
static ngx_uint_t ngx_canvas_picture_same(const ngx_canvas_picture_t *picture,
    const ngx_canvas_picture_key_t *key);
static ngx_canvas_picture_t *ngx_canvas_picture_create(ngx_log_t *log,
    const ngx_canvas_picture_key_t *key);
static ngx_canvas_picture_job_t *ngx_canvas_picture_idle(
    ngx_canvas_pictures_t *pictures);
static ngx_int_t ngx_canvas_picture_start(ngx_canvas_picture_job_t *job,
    ngx_canvas_picture_t *picture);
static ngx_int_t ngx_canvas_picture_room(ngx_canvas_pictures_t *pictures);
static void ngx_canvas_picture_told(void *data, ngx_canvas_pg_status_e status,
    const u_char *value, size_t len);
static canvas_code_t ngx_canvas_picture_take(ngx_canvas_picture_job_t *job,
    const u_char *value, size_t len);
static void ngx_canvas_picture_thread(void *data, ngx_log_t *log);
static canvas_status_t ngx_canvas_picture_make(ngx_canvas_picture_job_t *job);
static void ngx_canvas_picture_done(ngx_event_t *ev);
static void ngx_canvas_picture_finish(ngx_canvas_picture_job_t *job,
    canvas_code_t code);
static void ngx_canvas_picture_next(ngx_canvas_picture_job_t *job);
static void ngx_canvas_picture_forget(ngx_canvas_picture_t *picture);
static void ngx_canvas_picture_answer(ngx_canvas_picture_t *picture,
    canvas_code_t code);


ngx_canvas_pictures_t *
ngx_canvas_pictures_create(ngx_canvas_worker_t *worker)
{
    ngx_uint_t                 i;
    ngx_canvas_pictures_t     *pictures;
    ngx_canvas_picture_job_t  *job;

    pictures = ngx_pcalloc(worker->pool, sizeof(ngx_canvas_pictures_t));
    if (pictures == NULL) {
        return NULL;
    }

    pictures->worker = worker;
    ngx_queue_init(&pictures->pending);
    ngx_queue_init(&pictures->ready);

    pictures->threads = ngx_canvas_snapshot_pool(worker->log);
    if (pictures->threads == NULL) {
        return NULL;
    }

    for (i = 0; i < NGX_CANVAS_PICTURE_JOBS; i++) {
        job = &pictures->jobs[i];
        job->pictures = pictures;

        job->task = ngx_thread_task_alloc(worker->pool, 0);
        if (job->task == NULL) {
            return NULL;
        }

        job->task->ctx = job;
        job->task->handler = ngx_canvas_picture_thread;
        job->task->event.data = job;
        job->task->event.handler = ngx_canvas_picture_done;
        job->task->event.log = worker->log;
    }

    return pictures;
}


ngx_int_t
ngx_canvas_picture_get(ngx_canvas_pictures_t *pictures,
    const ngx_canvas_picture_key_t *key, ngx_canvas_picture_wait_t *wait,
    ngx_canvas_picture_t **picture)
{
    ngx_canvas_picture_t      *p;
    ngx_canvas_picture_job_t  *job;

    p = ngx_canvas_picture_find(pictures, key);

    if (p && p->memory.data) {
        ngx_queue_remove(&p->queue);
        ngx_queue_insert_head(&pictures->ready, &p->queue);
        p->refs++;
        *picture = p;
        return NGX_OK;
    }

    if (p == NULL) {
        p = ngx_canvas_picture_create(pictures->worker->log, key);
        if (p == NULL) {
            return NGX_DECLINED;
        }

        job = ngx_canvas_picture_idle(pictures);

        if (job == NULL) {
            ngx_queue_insert_tail(&pictures->pending, &p->queue);

        } else if (ngx_canvas_picture_start(job, p) != NGX_OK) {
            ngx_free(p);
            return NGX_DECLINED;
        }
    }

    wait->picture = p;
    ngx_queue_insert_tail(&p->waiting, &wait->queue);

    return NGX_AGAIN;
}


void
ngx_canvas_picture_cancel(ngx_canvas_picture_wait_t *wait)
{
    if (wait->picture) {
        ngx_queue_remove(&wait->queue);
        wait->picture = NULL;
    }
}


void
ngx_canvas_picture_release(ngx_canvas_picture_t *picture)
{
    picture->refs--;
}


void
ngx_canvas_pictures_close(ngx_canvas_pictures_t *pictures)
{
    ngx_uint_t                 i;
    ngx_queue_t               *q;
    ngx_canvas_picture_t      *picture;
    ngx_canvas_picture_job_t  *job;

    for (i = 0; i < NGX_CANVAS_PICTURE_JOBS; i++) {
        job = &pictures->jobs[i];

        if (job->picture == NULL) {
            continue;
        }

        /* its thread has ended, but nobody came to hear of it */

        if (job->task->event.timer_set) {
            ngx_del_timer(&job->task->event);
        }

        ngx_canvas_memory_free(&job->memory);
        ngx_free(job->value);
        ngx_canvas_picture_forget(job->picture);
        job->picture = NULL;
    }

    while (!ngx_queue_empty(&pictures->pending)) {
        q = ngx_queue_head(&pictures->pending);
        ngx_queue_remove(q);
        ngx_canvas_picture_forget(ngx_queue_data(q, ngx_canvas_picture_t,
                                                 queue));
    }

    while (!ngx_queue_empty(&pictures->ready)) {
        q = ngx_queue_head(&pictures->ready);
        ngx_queue_remove(q);
        picture = ngx_queue_data(q, ngx_canvas_picture_t, queue);
        ngx_canvas_memory_free(&picture->memory);
        ngx_free(picture);
    }
}


/* in whatever state */

static ngx_canvas_picture_t *
ngx_canvas_picture_find(ngx_canvas_pictures_t *pictures,
    const ngx_canvas_picture_key_t *key)
{
    ngx_uint_t             i;
    ngx_queue_t           *q, *list;
    ngx_canvas_picture_t  *picture;

    for (i = 0; i < NGX_CANVAS_PICTURE_JOBS; i++) {
        picture = pictures->jobs[i].picture;

        if (picture && ngx_canvas_picture_same(picture, key)) {
            return picture;
        }
    }

    for (i = 0; i < 2; i++) {
        list = i ? &pictures->pending : &pictures->ready;

        for (q = ngx_queue_head(list);
             q != ngx_queue_sentinel(list);
             q = ngx_queue_next(q))
        {
            picture = ngx_queue_data(q, ngx_canvas_picture_t, queue);

            if (ngx_canvas_picture_same(picture, key)) {
                return picture;
            }
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_canvas_picture_same(const ngx_canvas_picture_t *picture,
    const ngx_canvas_picture_key_t *key)
{
    return picture->key.statement == key->statement
           && picture->key.form == key->form
           && ngx_strcmp(picture->key.id, key->id) == 0;
}


static ngx_canvas_picture_t *
ngx_canvas_picture_create(ngx_log_t *log, const ngx_canvas_picture_key_t *key)
{
    ngx_canvas_picture_t  *picture;

    picture = ngx_calloc(sizeof(ngx_canvas_picture_t), log);
    if (picture == NULL) {
        return NULL;
    }

    picture->key = *key;
    ngx_queue_init(&picture->waiting);

    return picture;
}


static ngx_canvas_picture_job_t *
ngx_canvas_picture_idle(ngx_canvas_pictures_t *pictures)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_CANVAS_PICTURE_JOBS; i++) {

        if (pictures->jobs[i].picture == NULL) {
            return &pictures->jobs[i];
        }
    }

    return NULL;
}


/* NGX_OK: the picture is the job's */

static ngx_int_t
ngx_canvas_picture_start(ngx_canvas_picture_job_t *job,
    ngx_canvas_picture_t *picture)
{
    const char           *values[1];
    ngx_canvas_worker_t  *worker;

    worker = job->pictures->worker;
    values[0] = (char *) picture->key.id;

    if (worker->pg == NULL
        || ngx_canvas_picture_room(job->pictures) != NGX_OK
        || ngx_canvas_pg_query(worker->pg, picture->key.statement, values,
                               ngx_canvas_picture_told, job, &job->query)
           != NGX_OK)
    {
        return NGX_DECLINED;
    }

    job->picture = picture;
    job->value = NULL;
    job->memory.data = NULL;

    return NGX_OK;
}


/* lets go of what is not used, the longest unused first, until there is room */

static ngx_int_t
ngx_canvas_picture_room(ngx_canvas_pictures_t *pictures)
{
    ngx_queue_t           *q, *prev;
    ngx_canvas_picture_t  *picture;

    for (q = ngx_queue_last(&pictures->ready);
         q != ngx_queue_sentinel(&pictures->ready)
         && (pictures->memory >= NGX_CANVAS_PICTURE_MEMORY
             || pictures->n >= NGX_CANVAS_PICTURE_COUNT);
         q = prev)
    {
        prev = ngx_queue_prev(q);
        picture = ngx_queue_data(q, ngx_canvas_picture_t, queue);

        if (picture->refs) {
            continue;
        }

        ngx_queue_remove(q);
        pictures->n--;
        pictures->memory -= picture->memory.len;

        ngx_canvas_memory_free(&picture->memory);
        ngx_free(picture);
    }

    return pictures->memory < NGX_CANVAS_PICTURE_MEMORY
           && pictures->n < NGX_CANVAS_PICTURE_COUNT ? NGX_OK : NGX_BUSY;
}


static void
ngx_canvas_picture_told(void *data, ngx_canvas_pg_status_e status,
    const u_char *value, size_t len)
{
    ngx_canvas_picture_job_t *job = data;

    canvas_code_t  code;

    code = ngx_canvas_routes_code(status);

    if (code == CANVAS_CODE_OK) {
        code = ngx_canvas_picture_take(job, value, len);
    }

    if (code != CANVAS_CODE_OK) {
        ngx_canvas_picture_finish(job, code);
    }
}


/* CANVAS_CODE_OK: a thread has it */

static canvas_code_t
ngx_canvas_picture_take(ngx_canvas_picture_job_t *job, const u_char *value,
    size_t len)
{
    ngx_log_t  *log;

    log = job->pictures->worker->log;

    job->value = ngx_alloc(len, log);
    if (job->value == NULL) {
        return CANVAS_CODE_INTERNAL;
    }

    ngx_memcpy(job->value, value, len);

    if (canvas_stored_parse(job->value, len, &job->stored) != CANVAS_OK) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "canvas picture: PostgreSQL has no canvas for \"%s\"",
                      job->picture->key.id);
        return CANVAS_CODE_INTERNAL;
    }

    if (ngx_thread_task_post(job->pictures->threads, job->task) != NGX_OK) {
        return CANVAS_CODE_INTERNAL;
    }

    /* also keeps a worker that shuts down until all who wait are answered */

    ngx_add_timer(&job->task->event, NGX_CANVAS_PICTURE_SLOW);

    return CANVAS_CODE_OK;
}


/* on a thread; the job is its own until ngx_canvas_picture_done() */

static void
ngx_canvas_picture_thread(void *data, ngx_log_t *log)
{
    ngx_canvas_picture_job_t *job = data;

    (void) log;

    job->status = ngx_canvas_picture_make(job);

    if (job->status == CANVAS_OK) {
        ngx_canvas_memory_seal(&job->memory, job->pictures->worker->folder);
    }
}


static canvas_status_t
ngx_canvas_picture_make(ngx_canvas_picture_job_t *job)
{
    canvas_status_t       status;
    canvas_stored_t      *stored;
    ngx_canvas_form_e     form;
    ngx_canvas_shape_t    shape;
    ngx_canvas_memory_t   bytes;

    stored = &job->stored;
    form = job->picture->key.form;

    shape.width = stored->width;
    shape.height = stored->height;
    shape.bits = canvas_palette_bits(&stored->palette);
    shape.palette = &stored->palette;

    status = ngx_canvas_memory_alloc(&bytes,
                                     (size_t) shape.width * shape.height);
    if (status != CANVAS_OK) {
        return status;
    }

    status = canvas_stored_unpack(stored, bytes.data);

    if (status == CANVAS_OK && form == NGX_CANVAS_FORM_BYTES) {
        job->memory = bytes;
        return CANVAS_OK;
    }

    if (status == CANVAS_OK) {
        status = ngx_canvas_render(&shape, form, bytes.data, &job->memory);
    }

    ngx_canvas_memory_free(&bytes);

    return status;
}


static void
ngx_canvas_picture_done(ngx_event_t *ev)
{
    ngx_canvas_picture_job_t *job = ev->data;

    ngx_canvas_picture_t  *picture;

    picture = job->picture;

    if (ev->timedout) {
        ev->timedout = 0;
        ngx_log_error(NGX_LOG_ALERT, ev->log, 0,
                      "canvas picture: a thread renders \"%s\" for more than "
                      "%d ms", picture->key.id, NGX_CANVAS_PICTURE_SLOW);
        return;
    }

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    if (job->status != CANVAS_OK) {
        ngx_log_error(NGX_LOG_ERR, ev->log, 0,
                      "canvas picture: rendering \"%s\" in form %ui failed: "
                      "%d", picture->key.id, (ngx_uint_t) picture->key.form,
                      (int) job->status);
        ngx_canvas_picture_finish(job, CANVAS_CODE_INTERNAL);
        return;
    }

    picture->memory = job->memory;
    picture->width = job->stored.width;
    picture->height = job->stored.height;
    picture->epoch = job->stored.epoch;
    picture->seq = job->stored.seq;

    ngx_canvas_picture_finish(job, CANVAS_CODE_OK);
}


/* the job is free for the next, and those who wait are answered */

static void
ngx_canvas_picture_finish(ngx_canvas_picture_job_t *job, canvas_code_t code)
{
    ngx_canvas_picture_t   *picture;
    ngx_canvas_pictures_t  *pictures;

    picture = job->picture;
    pictures = job->pictures;

    if (job->value) {
        ngx_free(job->value);
        job->value = NULL;
    }

    job->picture = NULL;

    if (code == CANVAS_CODE_OK) {
        ngx_queue_insert_head(&pictures->ready, &picture->queue);
        pictures->n++;
        pictures->memory += picture->memory.len;
    }

    /* an answer may let go of what nobody uses: not of this one */
    picture->refs++;

    ngx_canvas_picture_answer(picture, code);

    picture->refs--;

    if (code != CANVAS_CODE_OK) {
        ngx_free(picture);
    }

    /* an answer may have taken the job already */

    if (job->picture == NULL) {
        ngx_canvas_picture_next(job);
    }
}


static void
ngx_canvas_picture_next(ngx_canvas_picture_job_t *job)
{
    ngx_queue_t            *q;
    ngx_canvas_picture_t   *picture;
    ngx_canvas_pictures_t  *pictures;

    pictures = job->pictures;

    while (job->picture == NULL && !ngx_queue_empty(&pictures->pending)) {
        q = ngx_queue_head(&pictures->pending);
        picture = ngx_queue_data(q, ngx_canvas_picture_t, queue);

        ngx_queue_remove(q);

        /* those who wanted it may all have left */

        if (!ngx_queue_empty(&picture->waiting)
            && ngx_canvas_picture_start(job, picture) == NGX_OK)
        {
            return;
        }

        ngx_canvas_picture_answer(picture, CANVAS_CODE_UNAVAILABLE);
        ngx_free(picture);
    }
}


/* nobody is told */

static void
ngx_canvas_picture_forget(ngx_canvas_picture_t *picture)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&picture->waiting)) {
        q = ngx_queue_head(&picture->waiting);
        ngx_canvas_picture_cancel(ngx_queue_data(q, ngx_canvas_picture_wait_t,
                                                 queue));
    }

    ngx_free(picture);
}


/* any handler may cancel others that wait */

static void
ngx_canvas_picture_answer(ngx_canvas_picture_t *picture, canvas_code_t code)
{
    ngx_queue_t                *q;
    ngx_canvas_picture_wait_t  *wait;

    while (!ngx_queue_empty(&picture->waiting)) {
        q = ngx_queue_head(&picture->waiting);
        wait = ngx_queue_data(q, ngx_canvas_picture_wait_t, queue);

        ngx_canvas_picture_cancel(wait);

        if (code == CANVAS_CODE_OK) {
            picture->refs++;
        }

        wait->handler(wait->data, code,
                      code == CANVAS_CODE_OK ? picture : NULL);
    }
}
