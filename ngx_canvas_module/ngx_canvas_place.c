/*
 * ngx_canvas_place: see the header.
 */

#include "ngx_canvas_place.h"
#include "ngx_canvas_store_place.h"


#define NGX_CANVAS_PLACE_ATTEMPTS  3
#define NGX_CANVAS_PLACE_DELAY     100      /* ms */


static void ngx_canvas_place_attempt(ngx_canvas_place_t *place);
static void ngx_canvas_place_timer(ngx_event_t *ev);
static void ngx_canvas_place_done(void *data,
    ngx_canvas_store_result_t *result);


canvas_code_t
ngx_canvas_place_check(ngx_canvas_conf_t *conf, const canvas_msg_t *msg)
{
    if (msg->x < 0 || msg->x >= (int64_t) conf->width
        || msg->y < 0 || msg->y >= (int64_t) conf->height)
    {
        return CANVAS_CODE_INVALID_COORDS;
    }

    if (msg->color < 0 || msg->color >= (int64_t) conf->palette.n) {
        return CANVAS_CODE_INVALID_COLOR;
    }

    return CANVAS_CODE_OK;
}


ngx_canvas_place_t *
ngx_canvas_place_start(ngx_canvas_worker_t *worker, const canvas_msg_t *msg,
    ngx_canvas_identity_t *identity, const u_char *session,
    ngx_canvas_place_pt handler, void *data)
{
    ngx_canvas_place_t  *place;

    place = ngx_calloc(sizeof(ngx_canvas_place_t), worker->log);
    if (place == NULL) {
        return NULL;
    }

    place->worker = worker;
    place->handler = handler;
    place->data = data;
    place->msg = *msg;
    place->msg.token = NULL;

    if (identity) {
        place->identity = *identity;

    } else {
        ngx_memcpy(place->session, session, CANVAS_SESSION_LEN);
    }

    place->timer.handler = ngx_canvas_place_timer;
    place->timer.data = place;
    place->timer.log = worker->log;

    ngx_canvas_place_attempt(place);

    return place;
}


void
ngx_canvas_place_cancel(ngx_canvas_place_t *place)
{
    ngx_canvas_store_detach(place->call);

    if (place->timer.timer_set) {
        ngx_del_timer(&place->timer);
    }

    ngx_free(place);
}


static void
ngx_canvas_place_attempt(ngx_canvas_place_t *place)
{
    ngx_str_t   id, session;
    ngx_int_t   rc;
    ngx_uint_t  by_session;

    id.data = (u_char *) place->msg.id;
    id.len = place->msg.id_len;

    session.data = place->session;
    session.len = CANVAS_SESSION_LEN;

    by_session = (place->identity.kind == 0);
    rc = NGX_DECLINED;

    if (place->worker->ready) {
        rc = ngx_canvas_store_place(place->worker,
                                    by_session ? NULL : &place->identity,
                                    &session, place->msg.x, place->msg.y,
                                    place->msg.color, &id,
                                    ngx_canvas_place_done, place,
                                    &place->call);
    }

    if (rc != NGX_OK) {
        ngx_add_timer(&place->timer, NGX_CANVAS_PLACE_DELAY);
    }
}


static void
ngx_canvas_place_timer(ngx_event_t *ev)
{
    ngx_canvas_place_t         *place;
    ngx_canvas_store_result_t   result;

    place = ev->data;

    if (++place->attempts < NGX_CANVAS_PLACE_ATTEMPTS) {
        ngx_canvas_place_attempt(place);
        return;
    }

    ngx_memzero(&result, sizeof(ngx_canvas_store_result_t));
    result.code = CANVAS_CODE_UNAVAILABLE;

    ngx_canvas_place_done(place, &result);
}


static void
ngx_canvas_place_done(void *data, ngx_canvas_store_result_t *result)
{
    ngx_canvas_place_t  *place;

    place = data;
    place->call = NULL;

    ngx_canvas_count(place->worker->shm->counters,
                     result->code == CANVAS_CODE_OK ? NGX_CANVAS_COUNT_PLACED
                                                    : NGX_CANVAS_COUNT_REFUSED,
                     1);

    place->handler(place, result);

    ngx_free(place);
}
