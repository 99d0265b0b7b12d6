/*
 * ngx_canvas_snapshot: who needs which rendering of the shared image when.
 *
 * The current view is a copy of the image at one seq; its other forms are
 * rendered from that copy when first asked for.  A view is replaced when the
 * image has moved on and the view is older than render_interval, at once when
 * the epoch is another.  References keep what requests still send.
 *
 * A form that a thread renders has a job; requests for it queue there, even
 * when the view was replaced meanwhile, so that a canvas which takes long to
 * render costs one thread a form and not one a request.  A canvas so large
 * that copying it takes long has its views taken by threads, too: by whichever
 * job finds that the view is too old.
 */

#include "ngx_canvas_snapshot.h"


/* a thread at work this long is worth an alert */
#define NGX_CANVAS_SNAPSHOT_SLOW  60000

typedef struct {
    ngx_canvas_snapshot_t   *snapshot;
    ngx_canvas_form_e        form;
    ngx_queue_t              waiting;   /* of ngx_canvas_snapshot_wait_t */
    ngx_thread_task_t       *task;

    /* the view that is being rendered; NULL: the thread takes a new one */
    ngx_canvas_rendering_t  *source;
    unsigned                 busy:1;

    /* of the thread */
    ngx_canvas_memory_t      view;
    ngx_canvas_position_t    position;  /* of view */
    ngx_canvas_memory_t      memory;    /* the form, but for BYTES */
    canvas_status_t          status;
} ngx_canvas_snapshot_job_t;

struct ngx_canvas_snapshot_s {
    ngx_canvas_worker_t        *worker;
    ngx_canvas_shape_t          shape;
    ngx_thread_pool_t          *threads;

    /* the view and what has been made of it; BYTES NULL: none yet */
    ngx_canvas_rendering_t     *forms[NGX_CANVAS_FORMS];
    ngx_msec_t                  taken;

    ngx_canvas_snapshot_job_t   jobs[NGX_CANVAS_FORMS];
};


static ngx_int_t ngx_canvas_snapshot_refresh(ngx_canvas_snapshot_t *snapshot);
static ngx_int_t ngx_canvas_snapshot_take(ngx_canvas_snapshot_t *snapshot);
static canvas_status_t ngx_canvas_snapshot_copy(
    ngx_canvas_snapshot_t *snapshot, ngx_canvas_memory_t *memory,
    ngx_canvas_position_t *position);
static void ngx_canvas_snapshot_view(ngx_canvas_snapshot_t *snapshot,
    ngx_canvas_rendering_t *view);
static void ngx_canvas_snapshot_drop(ngx_canvas_snapshot_t *snapshot);
static ngx_int_t ngx_canvas_snapshot_render(ngx_canvas_snapshot_t *snapshot,
    ngx_canvas_form_e form);
static ngx_int_t ngx_canvas_snapshot_start(ngx_canvas_snapshot_job_t *job,
    ngx_uint_t stale);
static void ngx_canvas_snapshot_thread(void *data, ngx_log_t *log);
static void ngx_canvas_snapshot_done(ngx_event_t *ev);
static ngx_canvas_rendering_t *ngx_canvas_snapshot_collect(
    ngx_canvas_snapshot_job_t *job);
static ngx_canvas_rendering_t *ngx_canvas_snapshot_taken(
    ngx_canvas_snapshot_job_t *job);
static void ngx_canvas_snapshot_answer(ngx_canvas_snapshot_job_t *job,
    ngx_canvas_rendering_t *rendering);


static ngx_str_t  ngx_canvas_snapshot_threads = ngx_string("default");


ngx_int_t
ngx_canvas_snapshot_conf(ngx_conf_t *cf)
{
    return ngx_thread_pool_add(cf, &ngx_canvas_snapshot_threads) ? NGX_OK
                                                                 : NGX_ERROR;
}


ngx_thread_pool_t *
ngx_canvas_snapshot_pool(ngx_log_t *log)
{
    ngx_thread_pool_t  *threads;

    threads = ngx_thread_pool_get((ngx_cycle_t *) ngx_cycle,
                                  &ngx_canvas_snapshot_threads);
    if (threads == NULL) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "canvas snapshot: no thread pool \"%V\"",
                      &ngx_canvas_snapshot_threads);
    }

    return threads;
}


ngx_canvas_snapshot_t *
ngx_canvas_snapshot_create(ngx_canvas_worker_t *worker)
{
    ngx_uint_t                  i;
    ngx_canvas_snapshot_t      *snapshot;
    ngx_canvas_snapshot_job_t  *job;

    snapshot = ngx_pcalloc(worker->pool, sizeof(ngx_canvas_snapshot_t));
    if (snapshot == NULL) {
        return NULL;
    }

    snapshot->worker = worker;

    snapshot->shape.width = worker->conf->width;
    snapshot->shape.height = worker->conf->height;
    snapshot->shape.bits = worker->conf->bits;
    snapshot->shape.palette = &worker->conf->palette;

    snapshot->threads = ngx_canvas_snapshot_pool(worker->log);
    if (snapshot->threads == NULL) {
        return NULL;
    }

    for (i = 0; i < NGX_CANVAS_FORMS; i++) {
        job = &snapshot->jobs[i];

        job->snapshot = snapshot;
        job->form = i;
        ngx_queue_init(&job->waiting);

        job->task = ngx_thread_task_alloc(worker->pool, 0);
        if (job->task == NULL) {
            return NULL;
        }

        job->task->ctx = job;
        job->task->handler = ngx_canvas_snapshot_thread;
        job->task->event.data = job;
        job->task->event.handler = ngx_canvas_snapshot_done;
        job->task->event.log = worker->log;
    }

    return snapshot;
}


ngx_int_t
ngx_canvas_snapshot_get(ngx_canvas_snapshot_t *snapshot,
    ngx_canvas_form_e form, ngx_canvas_snapshot_wait_t *wait,
    ngx_canvas_rendering_t **rendering)
{
    ngx_int_t                   rc;
    ngx_uint_t                  stale;
    ngx_canvas_snapshot_job_t  *job;

    rc = ngx_canvas_snapshot_refresh(snapshot);
    if (rc != NGX_OK && rc != NGX_AGAIN) {
        return rc;
    }

    stale = (rc == NGX_AGAIN);
    job = &snapshot->jobs[form];

    if (!stale) {

        if (snapshot->forms[form] == NULL
            && !ngx_canvas_render_slow(&snapshot->shape, form)
            && ngx_canvas_snapshot_render(snapshot, form) != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (snapshot->forms[form]) {
            *rendering = ngx_canvas_rendering_hold(snapshot->forms[form]);
            return NGX_OK;
        }
    }

    if (!job->busy && ngx_canvas_snapshot_start(job, stale) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_queue_insert_tail(&job->waiting, &wait->queue);
    wait->waiting = 1;

    return NGX_AGAIN;
}


void
ngx_canvas_snapshot_cancel(ngx_canvas_snapshot_wait_t *wait)
{
    if (wait->waiting) {
        ngx_queue_remove(&wait->queue);
        wait->waiting = 0;
    }
}


void
ngx_canvas_snapshot_close(ngx_canvas_snapshot_t *snapshot)
{
    ngx_uint_t                  i;
    ngx_canvas_snapshot_job_t  *job;

    for (i = 0; i < NGX_CANVAS_FORMS; i++) {
        job = &snapshot->jobs[i];

        if (!job->busy) {
            continue;
        }

        /* its thread has ended, but nobody came to hear of it */

        if (job->task->event.timer_set) {
            ngx_del_timer(&job->task->event);
        }

        ngx_canvas_memory_free(&job->view);
        ngx_canvas_memory_free(&job->memory);

        if (job->source) {
            ngx_canvas_rendering_release(job->source);
        }

        job->busy = 0;
    }

    ngx_canvas_snapshot_drop(snapshot);
}


/* makes the view current enough; NGX_AGAIN: that is a thread's work */

static ngx_int_t
ngx_canvas_snapshot_refresh(ngx_canvas_snapshot_t *snapshot)
{
    ngx_canvas_worker_t     *worker;
    ngx_canvas_position_t    position;
    ngx_canvas_rendering_t  *view;

    worker = snapshot->worker;
    view = snapshot->forms[NGX_CANVAS_FORM_BYTES];

    ngx_canvas_shm_position(worker->shm, &position);

    if (!position.valid) {
        return NGX_DECLINED;
    }

    if (view && view->epoch == position.epoch) {

        if (view->seq == position.seq) {
            return NGX_OK;
        }

        if (ngx_current_msec - snapshot->taken < worker->conf->render_interval)
        {
            return NGX_OK;
        }
    }

    if (ngx_canvas_render_slow(&snapshot->shape, NGX_CANVAS_FORM_BYTES)) {
        return NGX_AGAIN;
    }

    return ngx_canvas_snapshot_take(snapshot);
}


static ngx_int_t
ngx_canvas_snapshot_take(ngx_canvas_snapshot_t *snapshot)
{
    canvas_status_t          status;
    ngx_canvas_memory_t      memory;
    ngx_canvas_position_t    position;
    ngx_canvas_rendering_t  *view;

    status = ngx_canvas_snapshot_copy(snapshot, &memory, &position);

    if (status != CANVAS_OK) {
        return status == CANVAS_STALE ? NGX_DECLINED : NGX_ERROR;
    }

    view = ngx_canvas_rendering_create(snapshot->worker->log, position.epoch,
                                       position.seq, &memory);
    if (view == NULL) {
        return NGX_ERROR;
    }

    ngx_canvas_snapshot_view(snapshot, view);

    return NGX_OK;
}


/* on any thread */

static canvas_status_t
ngx_canvas_snapshot_copy(ngx_canvas_snapshot_t *snapshot,
    ngx_canvas_memory_t *memory, ngx_canvas_position_t *position)
{
    canvas_status_t     status;
    ngx_canvas_conf_t  *conf;

    conf = snapshot->worker->conf;

    status = ngx_canvas_memory_alloc(memory,
                                     (size_t) conf->width * conf->height);
    if (status != CANVAS_OK) {
        return status;
    }

    status = ngx_canvas_shm_image(snapshot->worker->shm, memory->data,
                                  position);

    if (status != CANVAS_OK) {
        ngx_canvas_memory_free(memory);
        return status;
    }

    ngx_canvas_memory_seal(memory, snapshot->worker->folder);

    return CANVAS_OK;
}


/* takes over the reference */

static void
ngx_canvas_snapshot_view(ngx_canvas_snapshot_t *snapshot,
    ngx_canvas_rendering_t *view)
{
    ngx_canvas_snapshot_drop(snapshot);

    snapshot->forms[NGX_CANVAS_FORM_BYTES] = view;
    snapshot->taken = ngx_current_msec;
}


static void
ngx_canvas_snapshot_drop(ngx_canvas_snapshot_t *snapshot)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_CANVAS_FORMS; i++) {

        if (snapshot->forms[i]) {
            ngx_canvas_rendering_release(snapshot->forms[i]);
            snapshot->forms[i] = NULL;
        }
    }
}


/* a form of the view, here and now */

static ngx_int_t
ngx_canvas_snapshot_render(ngx_canvas_snapshot_t *snapshot,
    ngx_canvas_form_e form)
{
    ngx_canvas_memory_t      memory;
    ngx_canvas_worker_t     *worker;
    ngx_canvas_rendering_t  *view;

    worker = snapshot->worker;
    view = snapshot->forms[NGX_CANVAS_FORM_BYTES];

    if (ngx_canvas_render(&snapshot->shape, form, view->memory.data, &memory)
        != CANVAS_OK)
    {
        ngx_log_error(NGX_LOG_ERR, worker->log, 0,
                      "canvas snapshot: rendering form %ui failed",
                      (ngx_uint_t) form);
        return NGX_ERROR;
    }

    ngx_canvas_memory_seal(&memory, worker->folder);

    snapshot->forms[form] = ngx_canvas_rendering_create(worker->log,
                                                        view->epoch,
                                                        view->seq, &memory);

    return snapshot->forms[form] ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_canvas_snapshot_start(ngx_canvas_snapshot_job_t *job, ngx_uint_t stale)
{
    ngx_canvas_snapshot_t  *snapshot;

    snapshot = job->snapshot;

    job->source = stale ? NULL
                        : ngx_canvas_rendering_hold(
                                     snapshot->forms[NGX_CANVAS_FORM_BYTES]);
    job->view.data = NULL;
    job->memory.data = NULL;

    if (ngx_thread_task_post(snapshot->threads, job->task) != NGX_OK) {

        if (job->source) {
            ngx_canvas_rendering_release(job->source);
        }

        return NGX_ERROR;
    }

    job->busy = 1;

    /* also keeps a worker that shuts down until all who wait are answered */

    ngx_add_timer(&job->task->event, NGX_CANVAS_SNAPSHOT_SLOW);

    return NGX_OK;
}


/* on a thread; the job is its own until ngx_canvas_snapshot_done() */

static void
ngx_canvas_snapshot_thread(void *data, ngx_log_t *log)
{
    ngx_canvas_snapshot_job_t *job = data;

    u_char  *bytes;

    (void) log;

    if (job->source) {
        bytes = job->source->memory.data;

    } else {
        job->status = ngx_canvas_snapshot_copy(job->snapshot, &job->view,
                                               &job->position);
        if (job->status != CANVAS_OK) {
            return;
        }

        bytes = job->view.data;
    }

    if (job->form != NGX_CANVAS_FORM_BYTES) {
        job->status = ngx_canvas_render(&job->snapshot->shape, job->form, bytes,
                                        &job->memory);

        if (job->status == CANVAS_OK) {
            ngx_canvas_memory_seal(&job->memory,
                                   job->snapshot->worker->folder);
        }
    }
}


static void
ngx_canvas_snapshot_done(ngx_event_t *ev)
{
    ngx_canvas_snapshot_job_t *job = ev->data;

    ngx_int_t                rc;
    ngx_canvas_position_t    position;
    ngx_canvas_snapshot_t   *snapshot;
    ngx_canvas_rendering_t  *rendering;

    if (ev->timedout) {
        ev->timedout = 0;
        ngx_log_error(NGX_LOG_ALERT, ev->log, 0,
                      "canvas snapshot: a thread renders form %ui for more "
                      "than %ui ms", (ngx_uint_t) job->form,
                      (ngx_uint_t) NGX_CANVAS_SNAPSHOT_SLOW);
        return;
    }

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    snapshot = job->snapshot;
    rendering = ngx_canvas_snapshot_collect(job);

    ngx_canvas_shm_position(snapshot->worker->shm, &position);

    if (rendering && rendering->epoch != position.epoch) {
        /* those who wait must not get the canvas of a past epoch */
        ngx_canvas_rendering_release(rendering);
        rendering = NULL;

        rc = ngx_canvas_snapshot_refresh(snapshot);

        if ((rc == NGX_OK || rc == NGX_AGAIN)
            && ngx_canvas_snapshot_start(job, rc == NGX_AGAIN) == NGX_OK)
        {
            return;
        }
    }

    ngx_canvas_snapshot_answer(job, rendering);
}


/* what the thread has made: a reference, NULL if it failed */

static ngx_canvas_rendering_t *
ngx_canvas_snapshot_collect(ngx_canvas_snapshot_job_t *job)
{
    ngx_log_t               *log;
    ngx_canvas_snapshot_t   *snapshot;
    ngx_canvas_rendering_t  *rendering, *source;

    snapshot = job->snapshot;
    log = snapshot->worker->log;

    source = job->source ? job->source : ngx_canvas_snapshot_taken(job);
    job->source = NULL;
    job->busy = 0;

    if (source == NULL || job->status != CANVAS_OK) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "canvas snapshot: rendering form %ui failed: %d",
                      (ngx_uint_t) job->form, (int) job->status);
        rendering = NULL;

    } else if (job->form == NGX_CANVAS_FORM_BYTES) {
        return source;

    } else {
        rendering = ngx_canvas_rendering_create(log, source->epoch,
                                                source->seq, &job->memory);
    }

    if (rendering && source == snapshot->forms[NGX_CANVAS_FORM_BYTES]
        && snapshot->forms[job->form] == NULL)
    {
        snapshot->forms[job->form] = ngx_canvas_rendering_hold(rendering);
    }

    if (source) {
        ngx_canvas_rendering_release(source);
    }

    return rendering;
}


/* the view that a thread took: a reference.  It replaces an older one */

static ngx_canvas_rendering_t *
ngx_canvas_snapshot_taken(ngx_canvas_snapshot_job_t *job)
{
    ngx_canvas_rendering_t  *view, *current;

    if (job->view.data == NULL) {
        return NULL;
    }

    view = ngx_canvas_rendering_create(job->snapshot->worker->log,
                                       job->position.epoch, job->position.seq,
                                       &job->view);
    if (view == NULL) {
        ngx_canvas_memory_free(&job->memory);
        return NULL;
    }

    current = job->snapshot->forms[NGX_CANVAS_FORM_BYTES];

    if (current == NULL || current->epoch != view->epoch
        || current->seq < view->seq)
    {
        ngx_canvas_snapshot_view(job->snapshot,
                                 ngx_canvas_rendering_hold(view));
    }

    return view;
}


/* takes over the reference; any handler may cancel others that wait */

static void
ngx_canvas_snapshot_answer(ngx_canvas_snapshot_job_t *job,
    ngx_canvas_rendering_t *rendering)
{
    ngx_queue_t                  waiting, *q;
    ngx_canvas_snapshot_wait_t  *wait;

    ngx_queue_init(&waiting);
    ngx_queue_add(&waiting, &job->waiting);
    ngx_queue_init(&job->waiting);

    while (!ngx_queue_empty(&waiting)) {
        q = ngx_queue_head(&waiting);
        wait = ngx_queue_data(q, ngx_canvas_snapshot_wait_t, queue);

        ngx_canvas_snapshot_cancel(wait);

        wait->handler(wait->data,
                      rendering ? ngx_canvas_rendering_hold(rendering) : NULL);
    }

    if (rendering) {
        ngx_canvas_rendering_release(rendering);
    }
}
