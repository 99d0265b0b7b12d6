/*
 * ngx_canvas_module: a shared pixel canvas.  This file is the contents page:
 * the directives and the hooks; each points at the file that does the work.
 */

#include "ngx_canvas_conf.h"
#include "ngx_canvas_handlers.h"
#include "ngx_canvas_variables.h"
#include "ngx_canvas_worker.h"


#define ngx_canvas_location(name, handler)                                    \
    { ngx_string(name),                                                       \
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,                                       \
      ngx_canvas_conf_location,                                               \
      NGX_HTTP_LOC_CONF_OFFSET,                                               \
      0,                                                                      \
      handler }

#define ngx_canvas_setting(name, type, set, field, post)                      \
    { ngx_string(name),                                                       \
      NGX_CANVAS_CONF|type,                                                   \
      set,                                                                    \
      NGX_HTTP_MAIN_CONF_OFFSET,                                              \
      offsetof(ngx_canvas_conf_t, field),                                     \
      post }


static ngx_command_t  ngx_canvas_commands[] = {

    /* http level: one canvas */

    { ngx_string("canvas"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_canvas_conf_block,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    /* inside canvas {} */

    ngx_canvas_setting("size", NGX_CONF_TAKE1,
                       ngx_canvas_conf_size, width, NULL),

    ngx_canvas_setting("palette", NGX_CONF_1MORE,
                       ngx_canvas_conf_palette, palette, NULL),

    ngx_canvas_setting("background", NGX_CONF_TAKE1,
                       ngx_conf_set_num_slot, background, NULL),

    ngx_canvas_setting("history", NGX_CONF_TAKE1,
                       ngx_conf_set_num_slot, ring, NULL),

    ngx_canvas_setting("cooldown", NGX_CONF_TAKE1,
                       ngx_conf_set_msec_slot, cooldown, NULL),

    ngx_canvas_setting("tick", NGX_CONF_TAKE1,
                       ngx_conf_set_msec_slot, tick, NULL),

    ngx_canvas_setting("render_interval", NGX_CONF_TAKE1,
                       ngx_conf_set_msec_slot, render_interval, NULL),

    ngx_canvas_setting("ping_interval", NGX_CONF_TAKE1,
                       ngx_conf_set_msec_slot, ping_interval, NULL),

    ngx_canvas_setting("timeout", NGX_CONF_TAKE1,
                       ngx_conf_set_msec_slot, timeout, NULL),

    ngx_canvas_setting("message_limit", NGX_CONF_TAKE1,
                       ngx_conf_set_size_slot, message_limit, NULL),

    ngx_canvas_setting("message_rate", NGX_CONF_TAKE1,
                       ngx_conf_set_num_slot, message_rate, NULL),

    ngx_canvas_setting("send_queue", NGX_CONF_TAKE1,
                       ngx_conf_set_num_slot, send_queue, NULL),

    ngx_canvas_setting("connections", NGX_CONF_TAKE1,
                       ngx_conf_set_num_slot, connections, NULL),

    ngx_canvas_setting("deflate", NGX_CONF_FLAG,
                       ngx_conf_set_flag_slot, deflate, NULL),

    ngx_canvas_setting("origins", NGX_CONF_1MORE,
                       ngx_canvas_conf_origins, origins, NULL),

    ngx_canvas_setting("secure_cookie", NGX_CONF_FLAG,
                       ngx_conf_set_flag_slot, secure_cookie, NULL),

    ngx_canvas_setting("cron_secret_file", NGX_CONF_TAKE1,
                       ngx_canvas_conf_cron_secret, cron_secret, NULL),

    ngx_canvas_setting("redis", NGX_CONF_1MORE,
                       ngx_canvas_conf_redis, redis, NULL),

    ngx_canvas_setting("postgres", NGX_CONF_1MORE,
                       ngx_canvas_conf_postgres, postgres, NULL),

    /* what a location serves; the argument is the name of the canvas */

    ngx_canvas_location("canvas_websocket", ngx_canvas_upgrade_handler),
    ngx_canvas_location("canvas_place", ngx_canvas_place_handler),
    ngx_canvas_location("canvas_auth", ngx_canvas_auth_handler),
    ngx_canvas_location("canvas_read", ngx_canvas_read_handler),
    ngx_canvas_location("canvas_api", ngx_canvas_rest_handler),
    ngx_canvas_location("canvas_health", ngx_canvas_health_handler),
    ngx_canvas_location("canvas_metrics", ngx_canvas_metrics_handler),

    /* for conformance suites: echoes messages up to this size */

    { ngx_string("canvas_websocket_echo"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_canvas_conf_echo,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_canvas_loc_conf_t, echo_limit),
      ngx_canvas_echo_handler },

      ngx_null_command
};


static ngx_http_module_t  ngx_canvas_module_ctx = {
    ngx_canvas_variables_add,              /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_canvas_create_main_conf,           /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_canvas_create_loc_conf,            /* create location configuration */
    ngx_canvas_merge_loc_conf              /* merge location configuration */
};


ngx_module_t  ngx_canvas_module = {
    NGX_MODULE_V1,
    &ngx_canvas_module_ctx,                /* module context */
    ngx_canvas_commands,                   /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_canvas_worker_init,                /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_canvas_worker_exit,                /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};
