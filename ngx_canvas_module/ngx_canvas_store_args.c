/*
 * ngx_canvas_store_args: see the header.
 */

#include "ngx_canvas_store_args.h"


void
ngx_canvas_store_args_begin(ngx_canvas_store_args_t *args, const char *function,
    const char *nkeys)
{
    args->argc = 0;
    args->last = args->text;

    ngx_canvas_store_args_add(args, "FCALL", 5);
    ngx_canvas_store_args_add(args, function, ngx_strlen(function));
    ngx_canvas_store_args_add(args, nkeys, 1);
}


void
ngx_canvas_store_args_page(ngx_canvas_store_args_t *args,
    ngx_canvas_conf_t *conf)
{
    ngx_uint_t  i;

    for (i = NGX_CANVAS_KEY_STATE; i <= NGX_CANVAS_KEY_EVENTS; i++) {
        ngx_canvas_store_args_string(args, &conf->keys[i]);
    }
}


void
ngx_canvas_store_args_add(ngx_canvas_store_args_t *args, const void *data,
    size_t len)
{
    args->argv[args->argc] = data;
    args->argvlen[args->argc++] = len;
}


void
ngx_canvas_store_args_string(ngx_canvas_store_args_t *args, ngx_str_t *s)
{
    ngx_canvas_store_args_add(args, s->data, s->len);
}


/* prefix: at most 128 bytes, checked in the configuration; rest: 64 */

void
ngx_canvas_store_args_name(ngx_canvas_store_args_t *args, ngx_str_t *prefix,
    const void *rest, size_t len)
{
    u_char  *p;

    p = ngx_cpymem(args->last, prefix->data, prefix->len);
    p = ngx_cpymem(p, rest, len);

    ngx_canvas_store_args_made(args, p);
}


void
ngx_canvas_store_args_made(ngx_canvas_store_args_t *args, u_char *end)
{
    ngx_canvas_store_args_add(args, args->last, end - args->last);
    args->last = end;
}


void
ngx_canvas_store_args_number(ngx_canvas_store_args_t *args, uint64_t n)
{
    ngx_canvas_store_args_made(args, ngx_sprintf(args->last, "%uL", n));
}


/*
 * The reply if it is an array that begins with OK and goes on as shape says
 * (i: an integer, or the text of one; s: a string), else NULL.
 */

redisReply *
ngx_canvas_store_reply_ok(redisReply *reply, const char *shape)
{
    int     type;
    size_t  i;

    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY
        || reply->elements < ngx_strlen(shape) + 1
        || reply->element[0]->type != REDIS_REPLY_STRING
        || ngx_strcmp(reply->element[0]->str, "OK") != 0)
    {
        return NULL;
    }

    for (i = 0; shape[i]; i++) {
        type = reply->element[i + 1]->type;

        if (type != REDIS_REPLY_STRING
            && (shape[i] == 's' || type != REDIS_REPLY_INTEGER))
        {
            return NULL;
        }
    }

    return reply;
}


/* integers come as such, hash fields as their text */

uint64_t
ngx_canvas_store_reply_integer(redisReply *reply, ngx_uint_t i)
{
    ngx_int_t    n;
    redisReply  *r;

    r = reply->element[i];

    if (r->type == REDIS_REPLY_INTEGER) {
        return r->integer < 0 ? 0 : (uint64_t) r->integer;
    }

    if (r->type == REDIS_REPLY_STRING) {
        n = ngx_atoi((u_char *) r->str, r->len);
        return n == NGX_ERROR ? 0 : (uint64_t) n;
    }

    return 0;
}
