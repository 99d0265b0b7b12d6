/*
 * ngx_canvas_conf: see the header.  Values are checked here, so that
 * "nginx -t" says what is wrong and where.
 */

#include "ngx_canvas_conf.h"
#include "ngx_canvas_origin.h"
#include "ngx_canvas_secret.h"
#include "ngx_canvas_shm.h"
#include "ngx_canvas_snapshot.h"


#define NGX_CANVAS_SIZE_MAX    65535        /* a side; x and y are 16 bits */
#define NGX_CANVAS_PIXELS_MAX  16777216     /* as the Function library has it */


static ngx_canvas_conf_t *ngx_canvas_conf_create(ngx_conf_t *cf,
    ngx_str_t *name);
static char *ngx_canvas_conf_finish(ngx_conf_t *cf, ngx_canvas_conf_t *canvas);
static ngx_int_t ngx_canvas_conf_check(ngx_conf_t *cf,
    ngx_canvas_conf_t *canvas);
static ngx_int_t ngx_canvas_conf_keys(ngx_conf_t *cf,
    ngx_canvas_conf_t *canvas);


/* bytes: what nobody guesses */
#define NGX_CANVAS_CONF_SECRET_MIN  16

/* ms; what the Function library takes (docs/redis.md) */
#define NGX_CANVAS_CONF_COOLDOWN_MAX  2592000000


static const char *ngx_canvas_key_names[NGX_CANVAS_KEY_MAX] = {
    "canvas:state",
    "canvas:seq",
    "canvas:epoch",
    "canvas:rules",
    "canvas:events",
    "canvas:actors",
    "canvas:factions",
    "leaderboard:users",
    "leaderboard:agents",
    "leaderboard:factions",
    "canvas:updates",
    "canvas:jobs",
    "canvas:replies:",
    "ratelimit:user:",
    "banned:",
    "session:"
};


void *
ngx_canvas_create_main_conf(ngx_conf_t *cf)
{
    ngx_canvas_main_conf_t  *cmcf;

    cmcf = ngx_pcalloc(cf->pool, sizeof(ngx_canvas_main_conf_t));
    if (cmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&cmcf->canvases, cf->pool, 1,
                       sizeof(ngx_canvas_conf_t *))
        != NGX_OK)
    {
        return NULL;
    }

    return cmcf;
}


void *
ngx_canvas_create_loc_conf(ngx_conf_t *cf)
{
    ngx_canvas_loc_conf_t  *clcf;

    clcf = ngx_pcalloc(cf->pool, sizeof(ngx_canvas_loc_conf_t));
    if (clcf == NULL) {
        return NULL;
    }

    clcf->echo_limit = NGX_CONF_UNSET_SIZE;

    return clcf;
}


/*
 * if and limit_except have a configuration of their own for what is still
 * their location: what it serves is theirs, too.  limit_except has to be told
 * the handler as well; nested locations inherit nothing.
 */

char *
ngx_canvas_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_canvas_loc_conf_t *prev = parent;
    ngx_canvas_loc_conf_t *conf = child;

    ngx_http_core_loc_conf_t  *core;

    core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (core->noname) {
        *conf = *prev;
    }

    if (core->lmt_excpt && core->handler == NULL) {
        core->handler = conf->handler;
    }

    return NGX_CONF_OK;
}


char *
ngx_canvas_conf_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_canvas_main_conf_t *cmcf = conf;

    char                 *rv;
    ngx_str_t            *value;
    ngx_uint_t            i;
    ngx_conf_t            save;
    ngx_canvas_conf_t    *canvas, **canvases;
    ngx_http_conf_ctx_t  *ctx;

    value = cf->args->elts;
    canvases = cmcf->canvases.elts;

    for (i = 0; i < cmcf->canvases.nelts; i++) {
        if (canvases[i]->name.len == value[1].len
            && ngx_strncmp(canvases[i]->name.data, value[1].data,
                           value[1].len)
               == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate canvas \"%V\"", &value[1]);
            return NGX_CONF_ERROR;
        }
    }

    canvas = ngx_canvas_conf_create(cf, &value[1]);
    ctx = ngx_pcalloc(cf->pool, sizeof(ngx_http_conf_ctx_t));
    canvases = ngx_array_push(&cmcf->canvases);

    if (canvas == NULL || ctx == NULL || canvases == NULL) {
        return NGX_CONF_ERROR;
    }

    *canvases = canvas;

    /* the setters inside find the canvas where main_conf would be */

    *ctx = *(ngx_http_conf_ctx_t *) cf->ctx;

    ctx->main_conf = ngx_palloc(cf->pool,
                                sizeof(void *) * ngx_http_max_module);
    if (ctx->main_conf == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(ctx->main_conf, ((ngx_http_conf_ctx_t *) cf->ctx)->main_conf,
               sizeof(void *) * ngx_http_max_module);
    ctx->main_conf[ngx_canvas_module.ctx_index] = canvas;

    save = *cf;
    cf->ctx = ctx;
    cf->cmd_type = NGX_CANVAS_CONF;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_canvas_conf_finish(cf, canvas);
}


char *
ngx_canvas_conf_location(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_canvas_loc_conf_t *clcf = conf;

    ngx_str_t                 *value;
    ngx_uint_t                 i;
    ngx_canvas_conf_t        **canvases;
    ngx_canvas_main_conf_t    *cmcf;
    ngx_http_core_loc_conf_t  *core;

    if (clcf->handler) {
        return "cannot stand beside another canvas directive in a location";
    }

    value = cf->args->elts;
    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_canvas_module);
    canvases = cmcf->canvases.elts;

    for (i = 0; i < cmcf->canvases.nelts; i++) {
        if (canvases[i]->name.len == value[1].len
            && ngx_strncmp(canvases[i]->name.data, value[1].data,
                           value[1].len)
               == 0)
        {
            clcf->canvas = canvases[i];
            break;
        }
    }

    if (clcf->canvas == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown canvas \"%V\": define it with "
                           "\"canvas %V { ... }\" above, at the http level",
                           &value[1], &value[1]);
        return NGX_CONF_ERROR;
    }

    clcf->handler = (ngx_http_handler_pt) cmd->post;

    core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    core->handler = clcf->handler;

    return NGX_CONF_OK;
}


char *
ngx_canvas_conf_echo(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_canvas_loc_conf_t *clcf = conf;

    char                      *rv;
    ngx_command_t              slot;
    ngx_http_core_loc_conf_t  *core;

    if (clcf->handler) {
        return "cannot stand beside another canvas directive in a location";
    }

    slot = *cmd;
    slot.post = NULL;

    rv = ngx_conf_set_size_slot(cf, &slot, conf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (clcf->echo_limit < 1 || clcf->echo_limit > 16 * 1024 * 1024) {
        return "must be between 1 and 16m";
    }

    clcf->handler = (ngx_http_handler_pt) cmd->post;

    core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    core->handler = clcf->handler;

    return NGX_CONF_OK;
}


/* size WIDTHxHEIGHT */

char *
ngx_canvas_conf_size(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_canvas_conf_t *canvas = conf;

    u_char     *x, *last;
    ngx_int_t   width, height;
    ngx_str_t  *value;

    if (canvas->width) {
        return "is duplicate";
    }

    value = cf->args->elts;
    last = value[1].data + value[1].len;
    x = ngx_strlchr(value[1].data, last, 'x');

    if (x == NULL) {
        return "must be of the form WIDTHxHEIGHT";
    }

    width = ngx_atoi(value[1].data, x - value[1].data);
    height = ngx_atoi(x + 1, last - x - 1);

    if (width < 1 || width > NGX_CANVAS_SIZE_MAX
        || height < 1 || height > NGX_CANVAS_SIZE_MAX
        || width * height > NGX_CANVAS_PIXELS_MAX)
    {
        return "must be 1x1 to 65535x65535, at most 16777216 pixels";
    }

    canvas->width = width;
    canvas->height = height;

    return NGX_CONF_OK;
}


/* palette default | #RRGGBB ... */

char *
ngx_canvas_conf_palette(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_canvas_conf_t *canvas = conf;

    ngx_str_t        *value;
    ngx_uint_t        i;
    canvas_status_t   status;

    if (canvas->palette.n) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "default") == 0) {
        canvas_palette_default(&canvas->palette);
        return NGX_CONF_OK;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        status = canvas_palette_add(&canvas->palette, (char *) value[i].data,
                                    value[i].len);
        if (status == CANVAS_OK) {
            continue;
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           status == CANVAS_TOO_LARGE
                           ? "palette has more than 256 colours at \"%V\""
                           : "\"%V\" is no colour, must be #RRGGBB "
                             "(in quotes)",
                           &value[i]);
        return NGX_CONF_ERROR;
    }

    if (canvas->palette.n < 2) {
        return "needs at least 2 colours";
    }

    return NGX_CONF_OK;
}


/* origins https://HOST[:PORT] ... */

char *
ngx_canvas_conf_origins(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_canvas_conf_t *canvas = conf;

    ngx_str_t   *value, *origin;
    ngx_uint_t   i;

    if (canvas->origins == NULL) {
        canvas->origins = ngx_array_create(cf->pool, 2, sizeof(ngx_str_t));
        if (canvas->origins == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_canvas_origin_valid(&value[i]) != NGX_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is no origin, must be "
                               "http[s]://HOST[:PORT]", &value[i]);
            return NGX_CONF_ERROR;
        }

        origin = ngx_array_push(canvas->origins);
        if (origin == NULL) {
            return NGX_CONF_ERROR;
        }

        *origin = value[i];
    }

    return NGX_CONF_OK;
}


/* cron_secret_file PATH */

char *
ngx_canvas_conf_cron_secret(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_canvas_conf_t *canvas = conf;

    ngx_str_t  *value;

    if (canvas->cron_secret.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_canvas_secret_read(cf, "cron_secret_file", &value[1],
                               NGX_CANVAS_CONF_SECRET_MIN,
                               &canvas->cron_secret)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_canvas_conf_t *
ngx_canvas_conf_create(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_canvas_conf_t  *canvas;

    canvas = ngx_pcalloc(cf->pool, sizeof(ngx_canvas_conf_t));
    if (canvas == NULL) {
        return NULL;
    }

    canvas->name = *name;

    canvas->background = NGX_CONF_UNSET_UINT;
    canvas->ring = NGX_CONF_UNSET_UINT;
    canvas->cooldown = NGX_CONF_UNSET_MSEC;
    canvas->tick = NGX_CONF_UNSET_MSEC;
    canvas->render_interval = NGX_CONF_UNSET_MSEC;
    canvas->ping_interval = NGX_CONF_UNSET_MSEC;
    canvas->timeout = NGX_CONF_UNSET_MSEC;
    canvas->message_limit = NGX_CONF_UNSET_SIZE;
    canvas->message_rate = NGX_CONF_UNSET_UINT;
    canvas->send_queue = NGX_CONF_UNSET_UINT;
    canvas->connections = NGX_CONF_UNSET_UINT;
    canvas->secure_cookie = NGX_CONF_UNSET;
    canvas->deflate = NGX_CONF_UNSET;

    canvas->redis.timeout = 1000;
    canvas->postgres.connections = 2;
    canvas->postgres.queue = 1024;
    canvas->postgres.timeout = 5000;

    return canvas;
}


static char *
ngx_canvas_conf_finish(ngx_conf_t *cf, ngx_canvas_conf_t *canvas)
{
    ngx_uint_t  ring;

    if (canvas->width == 0) {
        canvas->width = 500;
        canvas->height = 500;
    }

    if (canvas->palette.n == 0) {
        canvas_palette_default(&canvas->palette);
    }

    ngx_conf_init_uint_value(canvas->background, canvas->palette.n - 1);
    ngx_conf_init_uint_value(canvas->ring, 65536);
    ngx_conf_init_msec_value(canvas->cooldown, 5000);
    ngx_conf_init_msec_value(canvas->tick, 40);
    ngx_conf_init_msec_value(canvas->render_interval, 200);
    ngx_conf_init_msec_value(canvas->ping_interval, 25000);
    ngx_conf_init_msec_value(canvas->timeout, 60000);
    ngx_conf_init_size_value(canvas->message_limit, 4096);
    ngx_conf_init_uint_value(canvas->message_rate, 100);
    ngx_conf_init_uint_value(canvas->send_queue, 64);
    ngx_conf_init_uint_value(canvas->connections, 0);
    ngx_conf_init_value(canvas->secure_cookie, 0);
    ngx_conf_init_value(canvas->deflate, 1);

    if (canvas->prefix.data == NULL) {
        ngx_str_set(&canvas->prefix, "{main}:");
    }

    if (ngx_canvas_conf_check(cf, canvas) != NGX_OK
        || ngx_canvas_conf_keys(cf, canvas) != NGX_OK
        || ngx_canvas_snapshot_conf(cf) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    canvas->bits = canvas_palette_bits(&canvas->palette);

    canvas->palette_json.len = canvas_palette_json(&canvas->palette, NULL);
    canvas->palette_json.data = ngx_pnalloc(cf->pool,
                                            canvas->palette_json.len);
    if (canvas->palette_json.data == NULL) {
        return NGX_CONF_ERROR;
    }

    (void) canvas_palette_json(&canvas->palette,
                               (char *) canvas->palette_json.data);

    /* the ring wants a power of two: at least what was asked for */
    for (ring = 1; ring < canvas->ring; ring *= 2) { /* void */ }
    canvas->ring = ring;

    canvas->zone = ngx_canvas_shm_add(cf, &canvas->name, canvas->width,
                                      canvas->height, canvas->ring,
                                      &ngx_canvas_module);

    return canvas->zone ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static ngx_int_t
ngx_canvas_conf_check(ngx_conf_t *cf, ngx_canvas_conf_t *canvas)
{
    const char  *what;

    what = NULL;

    if (canvas->redis.address.len == 0) {
        what = "redis is missing";

    } else if (canvas->background >= canvas->palette.n) {
        what = "background is not in the palette";

    } else if (canvas->ring < 256 || canvas->ring > 16 * 1024 * 1024) {
        what = "history must be between 256 and 16777216";

    } else if (canvas->tick < 1 || canvas->tick > 10000) {
        what = "tick must be between 1ms and 10s";

    } else if (canvas->cooldown > NGX_CANVAS_CONF_COOLDOWN_MAX) {
        what = "cooldown must be at most 30d";

    } else if (canvas->message_limit < 128
               || canvas->message_limit > 1024 * 1024)
    {
        what = "message_limit must be between 128 and 1m";

    } else if (canvas->send_queue < 4 || canvas->send_queue > 4096) {
        what = "send_queue must be between 4 and 4096";

    } else if (canvas->ping_interval == 0
               || canvas->timeout <= canvas->ping_interval)
    {
        what = "timeout must be longer than ping_interval, and that not 0";
    }

    if (what) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "canvas \"%V\": %s",
                           &canvas->name, what);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_canvas_conf_keys(ngx_conf_t *cf, ngx_canvas_conf_t *canvas)
{
    u_char      *p;
    size_t       len;
    ngx_uint_t   i;

    for (i = 0; i < NGX_CANVAS_KEY_MAX; i++) {
        len = ngx_strlen(ngx_canvas_key_names[i]);

        p = ngx_pnalloc(cf->pool, canvas->prefix.len + len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        canvas->keys[i].data = p;
        canvas->keys[i].len = canvas->prefix.len + len;

        p = ngx_cpymem(p, canvas->prefix.data, canvas->prefix.len);
        ngx_memcpy(p, ngx_canvas_key_names[i], len);
    }

    return NGX_OK;
}
