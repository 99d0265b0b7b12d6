/*
 * ngx_canvas_conf_stores: the directives redis and postgres: where the stores
 * are and who we are there.
 */

#include "ngx_canvas_conf.h"
#include "ngx_canvas_pg.h"
#include "ngx_canvas_secret.h"


#define NGX_CANVAS_PREFIX_MAX  128


/* value of "name=value"; NULL if arg is another */
static u_char *ngx_canvas_conf_param(ngx_str_t *arg, const char *name,
    ngx_str_t *value);
static ngx_int_t ngx_canvas_conf_address(ngx_conf_t *cf, ngx_str_t *value,
    ngx_canvas_redis_conf_t *redis);


/*
 * redis unix:PATH | HOST[:PORT] [prefix=] [db=] [user=] [password_file=]
 *       [timeout=]
 */

char *
ngx_canvas_conf_redis(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_canvas_conf_t *canvas = conf;

    ngx_int_t                 n;
    ngx_str_t                *value, s;
    ngx_uint_t                i;
    ngx_canvas_redis_conf_t  *redis;

    redis = &canvas->redis;

    if (redis->address.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_canvas_conf_address(cf, &value[1], redis) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_canvas_conf_param(&value[i], "prefix=", &s)) {

            if (s.len > NGX_CANVAS_PREFIX_MAX) {
                return "prefix is longer than 128 bytes";
            }

            canvas->prefix = s;
            continue;
        }

        if (ngx_canvas_conf_param(&value[i], "user=", &redis->user)) {
            continue;
        }

        if (ngx_canvas_conf_param(&value[i], "password_file=", &s)) {

            if (ngx_canvas_secret_read(cf, "password_file", &s, 1,
                                       &redis->password)
                != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (ngx_canvas_conf_param(&value[i], "db=", &s)) {
            n = ngx_atoi(s.data, s.len);

            if (n != NGX_ERROR) {
                redis->db = n;
                continue;
            }
        }

        if (ngx_canvas_conf_param(&value[i], "timeout=", &s)) {
            n = ngx_parse_time(&s, 0);

            if (n != NGX_ERROR && n > 0) {
                redis->timeout = n;
                continue;
            }
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid redis parameter \"%V\"", &value[i]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* postgres CONNINFO [connections=] [queue=] [timeout=] */

char *
ngx_canvas_conf_postgres(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_canvas_conf_t *canvas = conf;

    ngx_int_t              n;
    ngx_str_t             *value, s;
    ngx_uint_t             i;
    ngx_canvas_pg_conf_t  *pg;

    pg = &canvas->postgres;

    if (pg->conninfo.len) {
        return "is duplicate";
    }

    value = cf->args->elts;
    pg->conninfo = value[1];

    if (pg->conninfo.len == 0) {
        return "needs a connection string";
    }

    /* not shown: it may hold a password */
    if (ngx_canvas_pg_valid(&pg->conninfo) != NGX_OK) {
        return "has a malformed connection string";
    }

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_canvas_conf_param(&value[i], "connections=", &s)) {
            n = ngx_atoi(s.data, s.len);

            if (n >= 1 && n <= 64) {
                pg->connections = n;
                continue;
            }
        }

        if (ngx_canvas_conf_param(&value[i], "queue=", &s)) {
            n = ngx_atoi(s.data, s.len);

            if (n >= 1 && n <= 1000000) {
                pg->queue = n;
                continue;
            }
        }

        if (ngx_canvas_conf_param(&value[i], "timeout=", &s)) {
            n = ngx_parse_time(&s, 0);

            if (n != NGX_ERROR && n > 0) {
                pg->timeout = n;
                continue;
            }
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid postgres parameter \"%V\"", &value[i]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static u_char *
ngx_canvas_conf_param(ngx_str_t *arg, const char *name, ngx_str_t *value)
{
    size_t  len;

    len = ngx_strlen(name);

    if (arg->len < len || ngx_strncmp(arg->data, name, len) != 0) {
        return NULL;
    }

    value->data = arg->data + len;
    value->len = arg->len - len;

    return value->data;
}


static ngx_int_t
ngx_canvas_conf_address(ngx_conf_t *cf, ngx_str_t *value,
    ngx_canvas_redis_conf_t *redis)
{
    u_char      *p;
    ngx_url_t    u;

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url = *value;
    u.default_port = 6379;

    /* resolved here, once: the event loop never waits for a name server */
    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in redis \"%V\"",
                           u.err ? u.err : "error", value);
        return NGX_ERROR;
    }

    if (u.family == AF_UNIX) {
        redis->address.data = value->data + 5;          /* "unix:" */
        redis->address.len = value->len - 5;
        redis->port = 0;
        return NGX_OK;
    }

    p = ngx_pnalloc(cf->pool, NGX_SOCKADDR_STRLEN + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    redis->address.data = p;
    redis->address.len = ngx_sock_ntop(u.addrs[0].sockaddr,
                                       u.addrs[0].socklen, p,
                                       NGX_SOCKADDR_STRLEN, 0);
    p[redis->address.len] = '\0';
    redis->port = u.port;

    /* IPv6 is printed in brackets, which hiredis does not want */
    if (p[0] == '[') {
        redis->address.data++;
        redis->address.len -= 2;
        redis->address.data[redis->address.len] = '\0';
    }

    return NGX_OK;
}
