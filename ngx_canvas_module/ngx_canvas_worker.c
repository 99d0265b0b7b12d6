/*
 * ngx_canvas_worker: see the header.
 */

#include "ngx_canvas_board.h"
#include "ngx_canvas_broadcast.h"
#include "ngx_canvas_checksums.h"
#include "ngx_canvas_notice.h"
#include "ngx_canvas_picture.h"
#include "ngx_canvas_replies.h"
#include "ngx_canvas_routes.h"
#include "ngx_canvas_snapshot.h"
#include "ngx_canvas_store_place.h"
#include "ngx_canvas_sync.h"
#include "ngx_canvas_worker.h"


static ngx_int_t ngx_canvas_worker_start(ngx_cycle_t *cycle,
    ngx_canvas_conf_t *canvas);
static ngx_canvas_main_conf_t *ngx_canvas_worker_conf(ngx_cycle_t *cycle);
static const char *ngx_canvas_worker_folder(ngx_cycle_t *cycle);


ngx_int_t
ngx_canvas_worker_init(ngx_cycle_t *cycle)
{
    ngx_uint_t                i;
    ngx_canvas_conf_t       **canvases;
    ngx_canvas_main_conf_t   *cmcf;

    /* not in the cache processes, nor in a master before it forks */
    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    cmcf = ngx_canvas_worker_conf(cycle);
    if (cmcf == NULL) {
        return NGX_OK;
    }

    canvases = cmcf->canvases.elts;

    for (i = 0; i < cmcf->canvases.nelts; i++) {
        if (ngx_canvas_worker_start(cycle, canvases[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


void
ngx_canvas_worker_exit(ngx_cycle_t *cycle)
{
    ngx_uint_t                i;
    ngx_canvas_conf_t       **canvases;
    ngx_canvas_worker_t      *worker;
    ngx_canvas_main_conf_t   *cmcf;

    cmcf = ngx_canvas_worker_conf(cycle);
    if (cmcf == NULL) {
        return;
    }

    canvases = cmcf->canvases.elts;

    for (i = 0; i < cmcf->canvases.nelts; i++) {
        worker = canvases[i]->worker;

        if (worker == NULL) {
            continue;
        }

        canvases[i]->worker = NULL;

        ngx_canvas_placements_close(worker->placements);
        ngx_canvas_redis_close(worker->subscription);
        ngx_canvas_redis_close(worker->commands);

        if (worker->pg) {
            ngx_canvas_pg_close(worker->pg);
        }

        ngx_canvas_notices_close(worker->notices);
        ngx_canvas_boards_close(worker->boards);
        ngx_canvas_snapshot_close(worker->snapshot);
        ngx_canvas_pictures_close(worker->pictures);
        ngx_canvas_checksums_close(worker->checksums);
        canvas_inflate_free(worker->inflate);
        ngx_canvas_shm_online_set(worker->shm, 0);
        ngx_canvas_counters_clear(worker->shm->counters);
    }
}


static ngx_int_t
ngx_canvas_worker_start(ngx_cycle_t *cycle, ngx_canvas_conf_t *canvas)
{
    ngx_uint_t                         n;
    ngx_canvas_worker_t               *worker;
    const ngx_canvas_pg_statement_t   *statements;

    worker = ngx_pcalloc(cycle->pool, sizeof(ngx_canvas_worker_t));
    if (worker == NULL) {
        return NGX_ERROR;
    }

    worker->conf = canvas;
    worker->pool = cycle->pool;
    worker->log = cycle->log;
    worker->shm = canvas->zone->data;
    worker->folder = ngx_canvas_worker_folder(cycle);
    worker->started = ngx_time();
    worker->week.cooldown = canvas->cooldown;

    /* a process that was killed may have left its counts in this slot */
    ngx_canvas_shm_online_set(worker->shm, 0);
    ngx_canvas_counters_clear(worker->shm->counters);

    worker->broadcast = ngx_canvas_broadcast_create(worker);
    worker->snapshot = ngx_canvas_snapshot_create(worker);
    worker->pictures = ngx_canvas_pictures_create(worker);
    worker->sync = ngx_canvas_sync_create(worker);
    worker->replies = ngx_canvas_replies_create(worker);
    worker->placements = ngx_canvas_placements_create(worker);
    worker->checksums = ngx_canvas_checksums_create(worker);
    worker->boards = ngx_canvas_boards_create(worker);
    worker->notices = ngx_canvas_notices_create(worker);
    worker->inflate = canvas_inflate_create();

    if (worker->broadcast == NULL || worker->snapshot == NULL
        || worker->pictures == NULL
        || worker->sync == NULL || worker->replies == NULL
        || worker->placements == NULL
        || worker->checksums == NULL || worker->boards == NULL
        || worker->notices == NULL || worker->inflate == NULL)
    {
        return NGX_ERROR;
    }

    worker->commands = ngx_canvas_redis_create(worker->pool, worker->log,
                                               &canvas->redis, "commands",
                                               ngx_canvas_sync_commands_state,
                                               worker->sync);

    worker->subscription = ngx_canvas_redis_create(worker->pool, worker->log,
                                             &canvas->redis, "subscription",
                                             ngx_canvas_sync_subscription_state,
                                             worker->sync);

    if (worker->commands == NULL || worker->subscription == NULL) {
        return NGX_ERROR;
    }

    if (canvas->postgres.conninfo.len) {
        n = ngx_canvas_routes_statements(&statements);

        worker->pg = ngx_canvas_pg_create(worker->pool, worker->log,
                                          &canvas->postgres, statements, n);
        if (worker->pg == NULL) {
            return NGX_ERROR;
        }
    }

    canvas->worker = worker;

    return NGX_OK;
}


static ngx_canvas_main_conf_t *
ngx_canvas_worker_conf(ngx_cycle_t *cycle)
{
    ngx_http_conf_ctx_t  *ctx;

    ctx = (ngx_http_conf_ctx_t *) cycle->conf_ctx[ngx_http_module.index];

    return ctx ? ctx->main_conf[ngx_canvas_module.ctx_index] : NULL;
}


/* where workers may write: client_body_temp_path of the first server, which
 * has one whether it was configured or not */

static const char *
ngx_canvas_worker_folder(ngx_cycle_t *cycle)
{
    ngx_http_core_loc_conf_t    *clcf;
    ngx_http_core_srv_conf_t   **servers;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);

    if (cmcf == NULL || cmcf->servers.nelts == 0) {
        return NULL;
    }

    servers = cmcf->servers.elts;
    clcf = servers[0]->ctx->loc_conf[ngx_http_core_module.ctx_index];

    return clcf->client_body_temp_path
           ? (const char *) clcf->client_body_temp_path->name.data : NULL;
}
