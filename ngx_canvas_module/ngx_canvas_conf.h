/*
 * ngx_canvas_conf: what nginx.conf says.  A canvas {} block of the http level
 * becomes one ngx_canvas_conf_t; a location names the canvas it serves.
 */

#ifndef NGX_CANVAS_CONF_H_INCLUDED
#define NGX_CANVAS_CONF_H_INCLUDED

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "canvas_palette.h"

/* context of the directives inside canvas {} */
#define NGX_CANVAS_CONF  ((ngx_uint_t) 1 << 32)

typedef struct ngx_canvas_worker_s  ngx_canvas_worker_t;

typedef struct {
    ngx_str_t                address;     /* path, or host, NUL-terminated */
    ngx_uint_t               port;        /* 0: unix socket */
    ngx_str_t                user;
    ngx_str_t                password;
    ngx_uint_t               db;
    ngx_msec_t               timeout;     /* of a connect and of a command */
} ngx_canvas_redis_conf_t;

typedef struct {
    ngx_str_t                conninfo;    /* NUL-terminated; empty: none */
    ngx_uint_t               connections; /* a worker */
    ngx_uint_t               queue;       /* waiting queries, a worker */
    ngx_msec_t               timeout;     /* of a connect and of a query */
} ngx_canvas_pg_conf_t;

/* names in Redis, prefix included (docs/redis.md) */
typedef enum {
    NGX_CANVAS_KEY_STATE = 0,       /* the first five: the page */
    NGX_CANVAS_KEY_SEQ,
    NGX_CANVAS_KEY_EPOCH,
    NGX_CANVAS_KEY_RULES,
    NGX_CANVAS_KEY_EVENTS,
    NGX_CANVAS_KEY_ACTORS,
    NGX_CANVAS_KEY_MEMBERS,         /* of factions */
    NGX_CANVAS_KEY_USERS,           /* the boards, as canvas_board_kind_t */
    NGX_CANVAS_KEY_AGENTS,
    NGX_CANVAS_KEY_FACTIONS,
    NGX_CANVAS_KEY_UPDATES,         /* a channel */
    NGX_CANVAS_KEY_JOBS,
    NGX_CANVAS_KEY_REPLIES,         /* a prefix of channels */
    NGX_CANVAS_KEY_RATELIMIT,       /* a prefix: + UUID */
    NGX_CANVAS_KEY_BAN,             /* a prefix: + UUID */
    NGX_CANVAS_KEY_SESSION,         /* a prefix: + 64 hex digits */
    NGX_CANVAS_KEY_MAX
} ngx_canvas_key_e;

/* one canvas {} */
typedef struct {
    ngx_str_t                name;
    ngx_uint_t               width;
    ngx_uint_t               height;
    ngx_uint_t               bits;
    canvas_palette_t         palette;
    ngx_str_t                palette_json;
    ngx_uint_t               background;
    ngx_uint_t               ring;            /* changes kept, power of 2 */

    ngx_msec_t               cooldown;        /* when no rule sets one */
    ngx_msec_t               tick;
    ngx_msec_t               render_interval; /* between canvas renderings */
    ngx_msec_t               ping_interval;
    ngx_msec_t               timeout;         /* silent WebSocket, handshake,
                                                 half a frame */
    size_t                   message_limit;
    ngx_uint_t               message_rate;    /* a second and socket; 0: any */
    ngx_uint_t               send_queue;      /* frames a WebSocket */
    ngx_uint_t               connections;     /* WebSockets a worker; 0: any */
    ngx_array_t             *origins;         /* ngx_str_t; NULL: same host */
    ngx_flag_t               secure_cookie;
    ngx_str_t                cron_secret;     /* empty: none */
    ngx_flag_t               deflate;         /* permessage-deflate */

    ngx_str_t                prefix;          /* of keys and the channel */
    ngx_str_t                keys[NGX_CANVAS_KEY_MAX];
    ngx_canvas_redis_conf_t  redis;
    ngx_canvas_pg_conf_t     postgres;

    ngx_shm_zone_t          *zone;
    ngx_canvas_worker_t     *worker;          /* of this process */
} ngx_canvas_conf_t;

typedef struct {
    ngx_array_t              canvases;        /* of ngx_canvas_conf_t * */
} ngx_canvas_main_conf_t;

typedef struct {
    ngx_http_handler_pt      handler;         /* NULL: not a canvas location */
    ngx_canvas_conf_t       *canvas;          /* NULL: none, or echo */
    size_t                   echo_limit;      /* canvas_websocket_echo */
} ngx_canvas_loc_conf_t;

extern ngx_module_t  ngx_canvas_module;

void *ngx_canvas_create_main_conf(ngx_conf_t *cf);
void *ngx_canvas_create_loc_conf(ngx_conf_t *cf);
char *ngx_canvas_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

/* canvas NAME { ... } */
char *ngx_canvas_conf_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* canvas_websocket NAME and its like; cmd->post is the content handler */
char *ngx_canvas_conf_location(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* canvas_websocket_echo SIZE */
char *ngx_canvas_conf_echo(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* directives inside the block */
char *ngx_canvas_conf_size(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_canvas_conf_palette(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_canvas_conf_redis(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_canvas_conf_postgres(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_canvas_conf_origins(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_canvas_conf_cron_secret(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* the canvas of the location that serves r */
#define ngx_canvas_of(r)                                                      \
    (((ngx_canvas_loc_conf_t *)                                               \
      ngx_http_get_module_loc_conf((r), ngx_canvas_module))->canvas)

#endif /* NGX_CANVAS_CONF_H_INCLUDED */
