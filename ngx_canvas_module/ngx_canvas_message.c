/*
 * ngx_canvas_message: see the header.
 */

#include "ngx_canvas_broadcast.h"
#include "ngx_canvas_checksums.h"
#include "ngx_canvas_message.h"
#include "ngx_canvas_notice.h"


/* placements of one socket on their way at the same time */
#define NGX_CANVAS_MESSAGE_PLACES  256


typedef ngx_int_t (*ngx_canvas_message_pt)(ngx_canvas_session_t *session,
    canvas_msg_t *msg);


static ngx_int_t ngx_canvas_message_dispatch(ngx_canvas_session_t *session,
    canvas_code_t code, canvas_msg_t *msg);
static ngx_int_t ngx_canvas_message_place(ngx_canvas_session_t *session,
    canvas_msg_t *msg);
static ngx_int_t ngx_canvas_message_ping(ngx_canvas_session_t *session,
    canvas_msg_t *msg);
static ngx_int_t ngx_canvas_message_auth(ngx_canvas_session_t *session,
    canvas_msg_t *msg);
static ngx_int_t ngx_canvas_message_viewport(ngx_canvas_session_t *session,
    canvas_msg_t *msg);
static ngx_int_t ngx_canvas_message_subscribe(ngx_canvas_session_t *session,
    canvas_msg_t *msg);
static ngx_int_t ngx_canvas_message_unsubscribe(ngx_canvas_session_t *session,
    canvas_msg_t *msg);
static ngx_int_t ngx_canvas_message_checksums(ngx_canvas_session_t *session,
    canvas_msg_t *msg);

static void ngx_canvas_message_placed(ngx_canvas_place_t *place,
    ngx_canvas_store_result_t *result);
static void ngx_canvas_message_authenticated(void *data,
    ngx_canvas_store_result_t *result);
static ngx_msec_t ngx_canvas_message_remaining(ngx_canvas_session_t *session);
static ngx_int_t ngx_canvas_message_error(ngx_canvas_session_t *session,
    canvas_code_t code, ngx_msec_t remaining, const char *rule,
    const canvas_msg_t *msg);
static ngx_int_t ngx_canvas_message_send(ngx_canvas_session_t *session,
    unsigned opcode, const void *payload, size_t len);


/* by canvas_msg_type_t */

static ngx_canvas_message_pt  ngx_canvas_message_handlers[] = {
    ngx_canvas_message_place,
    ngx_canvas_message_ping,
    ngx_canvas_message_auth,
    ngx_canvas_message_viewport,
    ngx_canvas_message_subscribe,
    ngx_canvas_message_unsubscribe,
    ngx_canvas_message_checksums
};


ngx_int_t
ngx_canvas_message_text(ngx_canvas_session_t *session, const u_char *data,
    size_t len)
{
    ngx_int_t      rc;
    canvas_msg_t   msg;
    canvas_code_t  code;

    code = canvas_msg_parse((char *) data, len, &msg);
    rc = ngx_canvas_message_dispatch(session, code, &msg);

    canvas_msg_free(&msg);

    return rc;
}


ngx_int_t
ngx_canvas_message_binary(ngx_canvas_session_t *session, const u_char *data,
    size_t len)
{
    canvas_msg_t   msg;
    canvas_code_t  code;

    code = canvas_msg_parse_binary(data, len, &msg);

    return ngx_canvas_message_dispatch(session, code, &msg);
}


ngx_int_t
ngx_canvas_message_welcome(ngx_canvas_session_t *session, ngx_str_t *before)
{
    u_char              *p;
    size_t               len;
    ngx_int_t            rc;
    canvas_welcome_t     welcome;
    ngx_canvas_conf_t   *conf;
    ngx_canvas_week_t   *week;
    ngx_canvas_frame_t  *frame;

    conf = session->worker->conf;
    week = &session->worker->week;

    welcome.user = session->identity.kind ? session->identity.actor : NULL;
    welcome.cooldown_ms = week->cooldown;
    welcome.remaining_ms = ngx_canvas_message_remaining(session);
    welcome.width = conf->width;
    welcome.height = conf->height;
    welcome.palette = (char *) conf->palette_json.data;
    welcome.palette_len = conf->palette_json.len;
    welcome.background = conf->background;
    welcome.seq = ngx_max(session->seq,
                      ngx_canvas_broadcast_seq(session->worker->broadcast));
    welcome.epoch = session->epoch;
    welcome.game_mode = (char *) week->game_mode;
    welcome.faction = session->identity.faction;
    welcome.faction_len = session->identity.faction_len;
    welcome.color = session->identity.kind ? session->identity.color : -1;

    len = canvas_proto_welcome(NULL, &welcome);

    frame = ngx_canvas_frame_alloc(before->len + CANVAS_WS_HEAD_MAX + len,
                                   session->worker->log);
    if (frame == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(frame->data, before->data, before->len);
    p += canvas_ws_head(p, CANVAS_WS_OP_TEXT, len);
    p += canvas_proto_welcome((char *) p, &welcome);

    frame->len = p - frame->data;

    rc = ngx_canvas_session_queue(session, frame);
    ngx_canvas_frame_release(frame);

    return rc;
}


ngx_int_t
ngx_canvas_message_resync(ngx_canvas_session_t *session)
{
    char    text[CANVAS_PROTO_REPLY_MAX];
    size_t  len;

    len = canvas_proto_resync(text, session->seq, session->epoch);

    return ngx_canvas_message_send(session, CANVAS_WS_OP_TEXT, text, len);
}


static ngx_int_t
ngx_canvas_message_dispatch(ngx_canvas_session_t *session, canvas_code_t code,
    canvas_msg_t *msg)
{
    ngx_int_t  rc;

    if (code != CANVAS_CODE_OK) {
        rc = ngx_canvas_message_error(session, code, 0, NULL, msg);

    } else {
        rc = ngx_canvas_message_handlers[msg->type](session, msg);
    }

    return rc == NGX_ERROR ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_canvas_message_place(ngx_canvas_session_t *session, canvas_msg_t *msg)
{
    ngx_msec_t           remaining;
    canvas_code_t        code;
    ngx_canvas_place_t  *place;

    code = ngx_canvas_place_check(session->worker->conf, msg);
    remaining = 0;

    if (code == CANVAS_CODE_OK && session->identity.kind == 0
        && session->cookie == NULL)
    {
        code = CANVAS_CODE_UNAUTHORIZED;
    }

    if (code == CANVAS_CODE_OK) {
        remaining = ngx_canvas_message_remaining(session);

        /* with an id it may be a repetition, which Redis recognizes */
        if (remaining && msg->id_len == 0) {
            code = CANVAS_CODE_RATE_LIMITED;
        }

        if (session->placing >= NGX_CANVAS_MESSAGE_PLACES) {
            remaining = 1000;
            code = CANVAS_CODE_RATE_LIMITED;
        }
    }

    if (code != CANVAS_CODE_OK) {
        return ngx_canvas_message_error(session, code, remaining, NULL, msg);
    }

    place = ngx_canvas_place_start(session->worker, msg,
                                   session->identity.kind ? &session->identity
                                                          : NULL,
                                   session->cookie, ngx_canvas_message_placed,
                                   session);
    if (place == NULL) {
        return ngx_canvas_message_error(session, CANVAS_CODE_INTERNAL, 0, NULL,
                                        msg);
    }

    ngx_queue_insert_tail(&session->places, &place->queue);
    session->placing++;

    return NGX_OK;
}


static ngx_int_t
ngx_canvas_message_ping(ngx_canvas_session_t *session, canvas_msg_t *msg)
{
    return ngx_canvas_message_send(session, CANVAS_WS_OP_TEXT,
                                   "{\"type\":\"pong\"}",
                                   sizeof("{\"type\":\"pong\"}") - 1);
}


/* the token is a session id; the answer is another welcome, or an error */

static ngx_int_t
ngx_canvas_message_auth(ngx_canvas_session_t *session, canvas_msg_t *msg)
{
    ngx_str_t  token;

    token.data = (u_char *) msg->token;
    token.len = msg->token ? ngx_strlen(msg->token) : 0;

    if (session->call
        || canvas_session_check((char *) token.data, token.len) != CANVAS_OK)
    {
        return ngx_canvas_message_error(session, CANVAS_CODE_UNAUTHORIZED, 0,
                                        NULL, msg);
    }

    if (ngx_canvas_store_identify(session->worker, &token,
                                  ngx_canvas_message_authenticated, session,
                                  &session->call)
        != NGX_OK)
    {
        return ngx_canvas_message_error(session, CANVAS_CODE_UNAVAILABLE, 0,
                                        NULL, msg);
    }

    return NGX_OK;
}


/*
 * From the seq of the answer on the client is told of the part it asked for;
 * what it is not shown yet it fetches at that seq or later
 */

static ngx_int_t
ngx_canvas_message_viewport(ngx_canvas_session_t *session, canvas_msg_t *msg)
{
    char                text[CANVAS_PROTO_REPLY_MAX];
    size_t              len;
    ngx_int_t           rc;
    ngx_canvas_conf_t  *conf;

    conf = session->worker->conf;

    rc = ngx_canvas_broadcast_view(session->worker->broadcast, session,
                                   msg->x, msg->y, msg->width, msg->height);

    if (rc == NGX_DECLINED) {
        return ngx_canvas_message_error(session, CANVAS_CODE_INVALID_COORDS,
                                        0, NULL, msg);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    if (msg->width) {
        msg->width = ngx_min(msg->width, (int64_t) conf->width - msg->x);
        msg->height = ngx_min(msg->height, (int64_t) conf->height - msg->y);
    }

    len = canvas_proto_viewport(text, msg, session->seq);

    return ngx_canvas_message_send(session, CANVAS_WS_OP_TEXT, text, len);
}


/* the answer is what the channels have to tell so far, which may be nothing */

static ngx_int_t
ngx_canvas_message_subscribe(ngx_canvas_session_t *session, canvas_msg_t *msg)
{
    return ngx_canvas_notice_subscribe(session, msg->channels);
}


static ngx_int_t
ngx_canvas_message_unsubscribe(ngx_canvas_session_t *session,
    canvas_msg_t *msg)
{
    ngx_canvas_notice_unsubscribe(session, msg->channels);

    return NGX_OK;
}


/* of the canvas as this socket knows it from what it was sent */

static ngx_int_t
ngx_canvas_message_checksums(ngx_canvas_session_t *session, canvas_msg_t *msg)
{
    uint64_t                 seq;
    canvas_status_t          status;
    ngx_canvas_frame_t      *frame;
    ngx_canvas_broadcast_t  *broadcast;

    broadcast = session->worker->broadcast;
    seq = session->seq;

    if (!ngx_canvas_broadcast_behind(broadcast, session)) {
        /* a viewport in which nothing has changed is passed over */
        seq = ngx_max(seq, ngx_canvas_broadcast_seq(broadcast));
    }

    status = ngx_canvas_checksums_frame(session->worker->checksums,
                                        session->epoch, seq, &frame);

    if (status == CANVAS_STALE) {
        return ngx_canvas_message_resync(session);
    }

    if (status != CANVAS_OK) {
        return NGX_ERROR;
    }

    return ngx_canvas_session_queue(session, frame);
}


static void
ngx_canvas_message_placed(ngx_canvas_place_t *place,
    ngx_canvas_store_result_t *result)
{
    size_t                 len;
    u_char                 reply[CANVAS_PROTO_REPLY_MAX];
    ngx_int_t              rc;
    ngx_canvas_session_t  *session;

    session = place->data;

    ngx_queue_remove(&place->queue);
    session->placing--;

    if (result->code != CANVAS_CODE_OK) {

        if (result->code == CANVAS_CODE_RATE_LIMITED) {
            session->cooling = 1;
            session->cooldown_until = ngx_current_msec + result->remaining;
        }

        rc = ngx_canvas_message_error(session, result->code,
                                      result->remaining,
                                      (char *) result->rule, &place->msg);
        goto done;
    }

    if (session->identity.kind == 0) {
        ngx_canvas_session_identify(session, &result->identity);
    }

    session->cooling = result->cooldown ? 1 : 0;
    session->cooldown_until = ngx_current_msec + result->cooldown;

    session->placed++;

    if (ngx_canvas_wire_binary(session->wire)) {
        len = canvas_proto_placed_binary(reply, &place->msg, result->seq,
                                         result->cooldown);
        rc = ngx_canvas_message_send(session, CANVAS_WS_OP_BINARY, reply, len);

    } else {
        len = canvas_proto_placed((char *) reply, &place->msg, result->seq,
                                  result->cooldown);
        rc = ngx_canvas_message_send(session, CANVAS_WS_OP_TEXT, reply, len);
    }

done:

    if (rc == NGX_ERROR) {
        session->dead = 1;
    }

    (void) ngx_canvas_session_flush(session);
}


static void
ngx_canvas_message_authenticated(void *data,
    ngx_canvas_store_result_t *result)
{
    ngx_int_t              rc;
    ngx_str_t              nothing = ngx_string("");
    canvas_msg_t           msg;
    ngx_canvas_session_t  *session;

    session = data;
    session->call = NULL;

    if (result->code == CANVAS_CODE_OK) {
        ngx_canvas_session_identify(session, &result->identity);
        rc = ngx_canvas_message_welcome(session, &nothing);

    } else {
        ngx_memzero(&msg, sizeof(canvas_msg_t));
        msg.type = CANVAS_MSG_AUTH;
        rc = ngx_canvas_message_error(session, result->code, 0, NULL, &msg);
    }

    if (rc == NGX_ERROR) {
        session->dead = 1;
    }

    (void) ngx_canvas_session_flush(session);
}


/* cooldown left as far as this socket knows; 0 when it may try */

static ngx_msec_t
ngx_canvas_message_remaining(ngx_canvas_session_t *session)
{
    ngx_msec_int_t  left;

    if (!session->cooling) {
        return 0;
    }

    left = (ngx_msec_int_t) (session->cooldown_until - ngx_current_msec);

    if (left <= 0) {
        session->cooling = 0;
        return 0;
    }

    return left;
}


static ngx_int_t
ngx_canvas_message_error(ngx_canvas_session_t *session, canvas_code_t code,
    ngx_msec_t remaining, const char *rule, const canvas_msg_t *msg)
{
    size_t  len;
    u_char  reply[CANVAS_PROTO_REPLY_MAX];

    /* there is no room for the name of a rule in the binary form */
    if (ngx_canvas_wire_binary(session->wire)
        && msg->type == CANVAS_MSG_PLACE && !(rule && rule[0]))
    {
        len = canvas_proto_error_binary(reply, code, remaining, msg);

        if (len) {
            return ngx_canvas_message_send(session, CANVAS_WS_OP_BINARY, reply,
                                           len);
        }
    }

    len = canvas_proto_error((char *) reply, code, remaining,
                             rule && rule[0] ? rule : NULL, msg);

    return ngx_canvas_message_send(session, CANVAS_WS_OP_TEXT, reply, len);
}


static ngx_int_t
ngx_canvas_message_send(ngx_canvas_session_t *session, unsigned opcode,
    const void *payload, size_t len)
{
    ngx_int_t            rc;
    ngx_canvas_frame_t  *frame;

    frame = ngx_canvas_frame_message(opcode, payload, len,
                                     session->worker->log);
    if (frame == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_canvas_session_queue(session, frame);
    ngx_canvas_frame_release(frame);

    return rc;
}
