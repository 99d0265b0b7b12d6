/*
 * ngx_canvas_store_place: see the header.
 *
 * What comes while a call is on its way goes with the next one: under load many
 * placements, which then share most of what a placement costs Redis, and one
 * reply and publication.  At ease it is one, which leaves as soon as it would
 * alone.
 */

#include "ngx_canvas_store_place.h"
#include "ngx_canvas_store_args.h"
#include "ngx_canvas_store_call.h"

#include "canvas_event.h"
#include "canvas_id.h"
#include "canvas_num.h"
#include "canvas_proto.h"


/* placements of one call: Redis answers nobody else meanwhile */
#define NGX_CANVAS_PLACEMENTS_MAX   32

#define NGX_CANVAS_PLACEMENT_BYTES  26      /* of a request, as identity */


typedef struct {
    ngx_canvas_store_call_t    *call;
    size_t                      request_len;
    size_t                      id_len;
    unsigned                    by_session:1;
    u_char                      request[NGX_CANVAS_PLACEMENT_BYTES];
    u_char                      session[CANVAS_SESSION_LEN];
    u_char                      id[CANVAS_PROTO_ID_MAX];
} ngx_canvas_placement_t;

/* those that are to be sent */
struct ngx_canvas_placements_s {
    ngx_canvas_worker_t        *worker;
    ngx_event_t                 event;      /* the turn ends */
    ngx_uint_t                  calls;      /* on their way */
    ngx_uint_t                  n;
    ngx_canvas_placement_t      elts[NGX_CANVAS_PLACEMENTS_MAX];
};

/* those of one call that is on its way */
typedef struct {
    ngx_canvas_worker_t        *worker;
    ngx_uint_t                  n;
    ngx_canvas_store_call_t    *calls[NGX_CANVAS_PLACEMENTS_MAX];
} ngx_canvas_sent_t;


static size_t ngx_canvas_placement_request(u_char *request,
    const ngx_canvas_identity_t *identity, ngx_uint_t x, ngx_uint_t y,
    ngx_uint_t color, ngx_msec_t cooldown);
static void ngx_canvas_placements_turn(ngx_event_t *ev);
static void ngx_canvas_placements_send(ngx_canvas_placements_t *placements);
static void ngx_canvas_placements_command(ngx_canvas_placements_t *placements,
    ngx_canvas_store_args_t *args);
static void ngx_canvas_placements_drop(ngx_canvas_placements_t *placements);
static void ngx_canvas_placements_placed(void *data, redisReply *reply);
static ngx_uint_t ngx_canvas_placements_lines(redisReply *reply);
static void ngx_canvas_placement_result(ngx_canvas_worker_t *worker,
    const char *p, const char *last, ngx_canvas_store_result_t *result);
static void ngx_canvas_placement_accepted(const char *p, const char *last,
    ngx_canvas_store_result_t *result);


ngx_canvas_placements_t *
ngx_canvas_placements_create(ngx_canvas_worker_t *worker)
{
    ngx_canvas_placements_t  *placements;

    placements = ngx_pcalloc(worker->pool, sizeof(ngx_canvas_placements_t));
    if (placements == NULL) {
        return NULL;
    }

    placements->worker = worker;
    placements->event.handler = ngx_canvas_placements_turn;
    placements->event.data = placements;
    placements->event.log = worker->log;

    return placements;
}


void
ngx_canvas_placements_close(ngx_canvas_placements_t *placements)
{
    if (placements->event.posted) {
        ngx_delete_posted_event(&placements->event);
    }

    ngx_canvas_placements_drop(placements);
}


ngx_int_t
ngx_canvas_store_place(ngx_canvas_worker_t *worker,
    const ngx_canvas_identity_t *identity, const ngx_str_t *session,
    ngx_uint_t x, ngx_uint_t y, ngx_uint_t color, const ngx_str_t *request_id,
    ngx_canvas_store_pt handler, void *data, ngx_canvas_store_call_t **slot)
{
    ngx_canvas_placement_t   *placement;
    ngx_canvas_placements_t  *placements;

    *slot = NULL;
    placements = worker->placements;

    if (!ngx_canvas_redis_connected(worker->commands)
        || request_id->len > CANVAS_PROTO_ID_MAX)
    {
        return NGX_DECLINED;
    }

    if (placements->n == NGX_CANVAS_PLACEMENTS_MAX) {
        ngx_canvas_placements_send(placements);
    }

    placement = &placements->elts[placements->n];

    placement->call = ngx_canvas_store_alloc(worker, handler, data);
    if (placement->call == NULL) {
        return NGX_DECLINED;
    }

    placement->by_session = (identity == NULL);

    if (identity) {
        placement->call->identity = *identity;

    } else {
        ngx_memcpy(placement->session, session->data, CANVAS_SESSION_LEN);
    }

    placement->request_len = ngx_canvas_placement_request(placement->request,
                                                     identity, x, y, color,
                                                     worker->conf->cooldown);

    ngx_memcpy(placement->id, request_id->data, request_id->len);
    placement->id_len = request_id->len;

    placements->n++;
    *slot = placement->call;

    ngx_post_event(&placements->event, &ngx_posted_events);

    return NGX_OK;
}


/* the length; identity is NULL when a session tells who places */

static size_t
ngx_canvas_placement_request(u_char *request,
    const ngx_canvas_identity_t *identity, ngx_uint_t x, ngx_uint_t y,
    ngx_uint_t color, ngx_msec_t cooldown)
{
    u_char  *p;

    p = request;

    *p++ = (u_char) (x >> 8);
    *p++ = (u_char) x;
    *p++ = (u_char) (y >> 8);
    *p++ = (u_char) y;
    *p++ = (u_char) color;

    if (identity) {
        *p++ = identity->kind;
        p = ngx_cpymem(p, identity->actor, sizeof(identity->actor));
    }

    *p++ = (u_char) (cooldown >> 24);
    *p++ = (u_char) (cooldown >> 16);
    *p++ = (u_char) (cooldown >> 8);
    *p++ = (u_char) cooldown;

    return p - request;
}


static void
ngx_canvas_placements_turn(ngx_event_t *ev)
{
    ngx_canvas_placements_t  *placements = ev->data;

    if (placements->calls == 0) {
        ngx_canvas_placements_send(placements);
    }
}


static void
ngx_canvas_placements_send(ngx_canvas_placements_t *placements)
{
    ngx_int_t                 rc;
    ngx_uint_t                i;
    ngx_canvas_sent_t        *sent;
    ngx_canvas_worker_t      *worker;
    ngx_canvas_store_args_t   args;

    worker = placements->worker;

    sent = ngx_alloc(sizeof(ngx_canvas_sent_t), worker->log);

    if (sent) {
        sent->worker = worker;
        sent->n = placements->n;

        for (i = 0; i < placements->n; i++) {
            sent->calls[i] = placements->elts[i].call;
        }

        ngx_canvas_placements_command(placements, &args);

        ngx_canvas_redis_hold(worker->commands);

        rc = ngx_canvas_store_args_send(&args, worker->commands,
                                        ngx_canvas_placements_placed, sent);
        if (rc == NGX_OK) {
            placements->calls++;
            placements->n = 0;
        }

        ngx_canvas_redis_flush(worker->commands);

        if (rc == NGX_OK) {
            return;
        }

        ngx_free(sent);
    }

    ngx_canvas_placements_drop(placements);
}


static void
ngx_canvas_placements_command(ngx_canvas_placements_t *placements,
    ngx_canvas_store_args_t *args)
{
    u_char                   uuid[CANVAS_UUID_LEN];
    ngx_str_t               *keys;
    ngx_uint_t               i, nkeys;
    ngx_canvas_placement_t  *placement;

    keys = placements->worker->conf->keys;
    nkeys = 6;

    for (i = 0; i < placements->n; i++) {
        nkeys += placements->elts[i].by_session ? 1 : 2;
    }

    ngx_canvas_store_args_begin(args, "canvas_place_batch", nkeys);
    ngx_canvas_store_args_page(args, placements->worker->conf);
    ngx_canvas_store_args_string(args, &keys[NGX_CANVAS_KEY_ACTORS]);

    for (i = 0; i < placements->n; i++) {
        placement = &placements->elts[i];

        if (placement->by_session) {
            ngx_canvas_store_args_name(args, &keys[NGX_CANVAS_KEY_SESSION],
                                       placement->session, CANVAS_SESSION_LEN);
            continue;
        }

        canvas_uuid_format(placement->call->identity.actor, (char *) uuid);
        ngx_canvas_store_args_name(args, &keys[NGX_CANVAS_KEY_RATELIMIT],
                                   uuid, CANVAS_UUID_LEN);
        ngx_canvas_store_args_name(args, &keys[NGX_CANVAS_KEY_BAN], uuid,
                                   CANVAS_UUID_LEN);
    }

    ngx_canvas_store_args_string(args, &keys[NGX_CANVAS_KEY_UPDATES]);
    ngx_canvas_store_args_string(args, &keys[NGX_CANVAS_KEY_RATELIMIT]);
    ngx_canvas_store_args_string(args, &keys[NGX_CANVAS_KEY_BAN]);
    ngx_canvas_store_args_add(args, NGX_CANVAS_STORE_TTL,
                              sizeof(NGX_CANVAS_STORE_TTL) - 1);

    for (i = 0; i < placements->n; i++) {
        placement = &placements->elts[i];

        ngx_canvas_store_args_add(args, placement->request,
                                  placement->request_len);
        ngx_canvas_store_args_add(args, placement->id, placement->id_len);
    }
}


/* Handlers may place again: that is another turn's. */

static void
ngx_canvas_placements_drop(ngx_canvas_placements_t *placements)
{
    ngx_uint_t                  i, n;
    ngx_canvas_store_call_t    *calls[NGX_CANVAS_PLACEMENTS_MAX];
    ngx_canvas_store_result_t   result;

    n = placements->n;
    placements->n = 0;

    for (i = 0; i < n; i++) {
        calls[i] = placements->elts[i].call;
    }

    for (i = 0; i < n; i++) {
        ngx_memzero(&result, sizeof(ngx_canvas_store_result_t));
        result.identity = calls[i]->identity;
        result.code = CANVAS_CODE_UNAVAILABLE;

        ngx_canvas_store_finish(calls[i], &result);
    }
}


static void
ngx_canvas_placements_placed(void *data, redisReply *reply)
{
    ngx_uint_t                  i;
    const char                 *line, *end, *last;
    canvas_code_t               code;
    ngx_canvas_sent_t          *sent;
    ngx_canvas_placements_t    *placements;
    ngx_canvas_store_result_t   result;

    sent = data;
    placements = sent->worker->placements;

    /* not before the turn's end: it may bring more */
    if (--placements->calls == 0 && placements->n > 0) {
        ngx_post_event(&placements->event, &ngx_posted_events);
    }

    code = ngx_canvas_store_code(sent->worker, reply, &result);
    line = last = NULL;

    if (code == CANVAS_CODE_OK) {

        if (ngx_canvas_placements_lines(reply) == sent->n) {
            line = reply->element[1]->str;
            last = line + reply->element[1]->len;

        } else {
            code = CANVAS_CODE_INTERNAL;
        }

    } else if (code != CANVAS_CODE_UNAVAILABLE) {
        code = CANVAS_CODE_INTERNAL;
    }

    for (i = 0; i < sent->n; i++) {
        ngx_memzero(&result, sizeof(ngx_canvas_store_result_t));
        result.identity = sent->calls[i]->identity;
        result.code = code;

        if (code == CANVAS_CODE_OK) {
            end = memchr(line, '\n', last - line);
            end = end ? end : last;

            ngx_canvas_placement_result(sent->worker, line, end, &result);
            line = end + 1;
        }

        ngx_canvas_store_finish(sent->calls[i], &result);
    }

    ngx_free(sent);
}


/* of a reply that is an array; 0: there are none */

static ngx_uint_t
ngx_canvas_placements_lines(redisReply *reply)
{
    ngx_uint_t   n;
    const char  *p, *last;

    if (reply->elements != 2 || reply->element[1]->type != REDIS_REPLY_STRING)
    {
        return 0;
    }

    p = reply->element[1]->str;
    last = p + reply->element[1]->len;

    for (n = 1; (p = memchr(p, '\n', last - p)) != NULL; n++) {
        p++;
    }

    return n;
}


/* "OK <epoch>-<seq> <cooldown>[ <kind><uuid>]" or "<code>[ <detail>]" */

static void
ngx_canvas_placement_result(ngx_canvas_worker_t *worker, const char *p,
    const char *last, ngx_canvas_store_result_t *result)
{
    size_t       len;
    uint64_t     remaining;
    const char  *detail;

    result->code = CANVAS_CODE_INTERNAL;

    if (last - p > 3 && ngx_memcmp(p, "OK ", 3) == 0) {
        ngx_canvas_placement_accepted(p + 3, last, result);
        return;
    }

    detail = memchr(p, ' ', last - p);
    len = (detail ? detail : last) - p;

    result->code = ngx_canvas_store_refusal(worker, p, len);

    if (detail == NULL) {
        return;
    }

    detail++;

    if (canvas_num_read(detail, last, CANVAS_NUM_SAFE_MAX, &remaining)
        == last)
    {
        result->remaining = remaining;

    } else {
        len = ngx_min((size_t) (last - detail), sizeof(result->rule) - 1);
        ngx_memcpy(result->rule, detail, len);
    }
}


/* leaves the code alone when it is malformed, or does not say who placed */

static void
ngx_canvas_placement_accepted(const char *p, const char *last,
    ngx_canvas_store_result_t *result)
{
    uint64_t     cooldown;
    const char  *id;

    id = p;
    p = memchr(id, ' ', last - id);

    if (p == NULL
        || canvas_event_id_parse(id, p - id, &result->epoch, &result->seq)
           != CANVAS_OK)
    {
        return;
    }

    p = canvas_num_read(p + 1, last, CANVAS_NUM_SAFE_MAX, &cooldown);

    if (p == NULL) {
        return;
    }

    if (p != last) {
        if (last - p != 2 + CANVAS_UUID_LEN || *p != ' '
            || canvas_uuid_parse(p + 2, CANVAS_UUID_LEN,
                                 result->identity.actor)
               != CANVAS_OK)
        {
            return;
        }

        result->identity.kind = p[1];

    } else if (result->identity.kind == 0) {
        return;
    }

    result->cooldown = (ngx_msec_t) cooldown;
    result->code = CANVAS_CODE_OK;
}
