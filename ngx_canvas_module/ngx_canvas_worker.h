/*
 * ngx_canvas_worker: what one worker process holds for one canvas: its Redis
 * and PostgreSQL connections, the view of the shared image, the sockets.
 * Made in init_process, closed in exit_process.
 */

#ifndef NGX_CANVAS_WORKER_H_INCLUDED
#define NGX_CANVAS_WORKER_H_INCLUDED

#include "ngx_canvas_conf.h"
#include "ngx_canvas_pg.h"
#include "ngx_canvas_redis.h"
#include "ngx_canvas_shm.h"

#include "canvas_inflate.h"

typedef struct ngx_canvas_boards_s      ngx_canvas_boards_t;
typedef struct ngx_canvas_broadcast_s   ngx_canvas_broadcast_t;
typedef struct ngx_canvas_checksums_s   ngx_canvas_checksums_t;
typedef struct ngx_canvas_notices_s     ngx_canvas_notices_t;
typedef struct ngx_canvas_replies_s     ngx_canvas_replies_t;
typedef struct ngx_canvas_pictures_s    ngx_canvas_pictures_t;
typedef struct ngx_canvas_placements_s  ngx_canvas_placements_t;
typedef struct ngx_canvas_snapshot_s    ngx_canvas_snapshot_t;
typedef struct ngx_canvas_sync_s        ngx_canvas_sync_t;
typedef struct ngx_canvas_updates_s     ngx_canvas_updates_t;

/* the rules of the running week, as canvas_hello told them last */
typedef struct {
    uint64_t                 epoch;           /* that it was told for */
    ngx_msec_t               cooldown;        /* effective */
    ngx_uint_t               week;
    ngx_uint_t               year;
    u_char                   game_mode[64];   /* slug, NUL-terminated */
    ngx_str_t                json;            /* of the mode; ngx_alloc()ed */
} ngx_canvas_week_t;

struct ngx_canvas_worker_s {
    ngx_canvas_conf_t       *conf;
    ngx_pool_t              *pool;            /* lives as long as the worker */
    ngx_log_t               *log;

    ngx_canvas_redis_t      *commands;
    ngx_canvas_redis_t      *subscription;
    ngx_canvas_pg_t         *pg;              /* NULL: no postgres directive */
    ngx_canvas_shm_t        *shm;
    ngx_canvas_sync_t       *sync;
    ngx_canvas_replies_t    *replies;
    ngx_canvas_placements_t *placements;      /* of this turn */
    ngx_canvas_broadcast_t  *broadcast;
    ngx_canvas_snapshot_t   *snapshot;
    ngx_canvas_pictures_t   *pictures;
    ngx_canvas_checksums_t  *checksums;
    ngx_canvas_boards_t     *boards;
    ngx_canvas_notices_t    *notices;
    ngx_canvas_updates_t    *updates;         /* NULL: not asked for yet */
    canvas_inflate_t        *inflate;         /* of all sockets */

    const char              *folder;          /* of temporary files */

    ngx_canvas_week_t        week;
    time_t                   started;

    time_t                   refused;         /* last told in the log */
    ngx_uint_t               refusals;        /* by Redis, since then */

    /* the canvas in Redis fits the configuration and the library fits us:
     * placements may be sent */
    unsigned                 ready:1;
};

ngx_int_t ngx_canvas_worker_init(ngx_cycle_t *cycle);
void ngx_canvas_worker_exit(ngx_cycle_t *cycle);

#endif /* NGX_CANVAS_WORKER_H_INCLUDED */
