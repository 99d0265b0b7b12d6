/*
 * ngx_canvas_store_args: see the header.
 */

#include "ngx_canvas_store_args.h"

#include "canvas_num.h"


static void ngx_canvas_store_args_put(ngx_canvas_store_args_t *args,
    const void *data, size_t len, const void *more, size_t more_len);


void
ngx_canvas_store_args_init(ngx_canvas_store_args_t *args)
{
    args->argc = 0;
    args->last = args->text + NGX_CANVAS_STORE_HEAD;
    args->overflow = 0;
}


void
ngx_canvas_store_args_begin(ngx_canvas_store_args_t *args, const char *function,
    ngx_uint_t nkeys)
{
    ngx_canvas_store_args_init(args);

    ngx_canvas_store_args_add(args, "FCALL", 5);
    ngx_canvas_store_args_add(args, function, ngx_strlen(function));
    ngx_canvas_store_args_number(args, nkeys);
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
    ngx_canvas_store_args_put(args, data, len, NULL, 0);
}


void
ngx_canvas_store_args_string(ngx_canvas_store_args_t *args, ngx_str_t *s)
{
    ngx_canvas_store_args_put(args, s->data, s->len, NULL, 0);
}


void
ngx_canvas_store_args_name(ngx_canvas_store_args_t *args, ngx_str_t *prefix,
    const void *rest, size_t len)
{
    ngx_canvas_store_args_put(args, prefix->data, prefix->len, rest, len);
}


void
ngx_canvas_store_args_number(ngx_canvas_store_args_t *args, uint64_t n)
{
    char  text[CANVAS_NUM_LEN_MAX];

    ngx_canvas_store_args_put(args, text,
                              (size_t) (canvas_num_write(text, n) - text),
                              NULL, 0);
}


ngx_int_t
ngx_canvas_store_args_send(ngx_canvas_store_args_t *args,
    ngx_canvas_redis_t *redis, ngx_canvas_redis_reply_pt handler, void *data)
{
    u_char  *p;
    size_t   len;

    if (args->overflow || args->argc > 999) {
        return NGX_DECLINED;
    }

    len = 1 + canvas_num_len(args->argc) + 2;
    p = args->text + NGX_CANVAS_STORE_HEAD - len;

    *p = '*';
    (void) canvas_num_write((char *) p + 1, args->argc);
    p[len - 2] = '\r';
    p[len - 1] = '\n';

    return ngx_canvas_redis_command(redis, handler, data, p,
                                    (size_t) (args->last - p));
}


/* $<length> CRLF data more CRLF */

static void
ngx_canvas_store_args_put(ngx_canvas_store_args_t *args, const void *data,
    size_t len, const void *more, size_t more_len)
{
    u_char  *p;

    p = args->last;

    if ((size_t) (args->text + NGX_CANVAS_STORE_ARGS - p)
        < 1 + CANVAS_NUM_LEN_MAX + 2 + len + more_len + 2)
    {
        args->overflow = 1;
        return;
    }

    *p++ = '$';
    p = (u_char *) canvas_num_write((char *) p, len + more_len);
    *p++ = '\r';
    *p++ = '\n';

    p = ngx_cpymem(p, data, len);

    if (more_len) {
        p = ngx_cpymem(p, more, more_len);
    }

    *p++ = '\r';
    *p++ = '\n';

    args->last = p;
    args->argc++;
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


size_t
ngx_canvas_store_reply_copy(redisReply *reply, ngx_uint_t i, u_char *buf,
    size_t size)
{
    size_t       len;
    redisReply  *r;

    r = reply->element[i];
    len = ngx_min((size_t) r->len, size);
    ngx_memcpy(buf, r->str, len);

    return len;
}


ngx_int_t
ngx_canvas_store_reply_color(redisReply *reply, ngx_uint_t i)
{
    redisReply  *r;

    r = reply->element[i];

    return r->type == REDIS_REPLY_INTEGER && r->integer >= 0
           && r->integer <= 255 ? (ngx_int_t) r->integer : -1;
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
