/*
 * ngx_canvas_faction: see the header.
 */

#include "ngx_canvas_faction.h"

#include "canvas_proto.h"
#include "ngx_canvas_identity.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_store.h"


typedef struct {
    ngx_http_request_t       *request;
    ngx_canvas_store_call_t  *call;     /* under way; NULL: none */
} ngx_canvas_faction_t;


static void ngx_canvas_faction_cleanup(void *data);
static void ngx_canvas_faction_joined(void *data,
    ngx_canvas_store_result_t *result);
static ngx_int_t ngx_canvas_faction_reply(ngx_http_request_t *r,
    ngx_canvas_store_result_t *result);
static ngx_int_t ngx_canvas_faction_conflict(ngx_http_request_t *r,
    ngx_canvas_store_result_t *result);


ngx_int_t
ngx_canvas_faction_post(ngx_http_request_t *r, ngx_str_t *text)
{
    char                   name[CANVAS_PROTO_FACTION_MAX + 1];
    ngx_str_t              session, faction;
    canvas_code_t          code;
    ngx_pool_cleanup_t    *cln;
    ngx_canvas_faction_t  *join;

    code = canvas_msg_parse_faction((char *) text->data, text->len, name);

    if (code != CANVAS_CODE_OK) {
        return ngx_canvas_reply_error(r, code, 0, NULL);
    }

    faction.data = (u_char *) name;
    faction.len = ngx_strlen(name);

    if (ngx_canvas_identity_cookie(r, &session) != NGX_OK) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAUTHORIZED, 0, NULL);
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_canvas_faction_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    join = cln->data;
    join->request = r;
    join->call = NULL;
    cln->handler = ngx_canvas_faction_cleanup;

    if (ngx_canvas_store_join(ngx_canvas_of(r)->worker, &session, &faction,
                              ngx_canvas_faction_joined, join, &join->call)
        != NGX_OK)
    {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    /* ends the request when the client closes the connection */
    r->read_event_handler = ngx_http_test_reading;

    return NGX_DONE;
}


static void
ngx_canvas_faction_cleanup(void *data)
{
    ngx_canvas_faction_t *join = data;

    ngx_canvas_store_detach(join->call);
}


static void
ngx_canvas_faction_joined(void *data, ngx_canvas_store_result_t *result)
{
    ngx_int_t              rc;
    ngx_connection_t      *c;
    ngx_http_request_t    *r;
    ngx_canvas_faction_t  *join = data;

    r = join->request;
    c = r->connection;
    join->call = NULL;

    ngx_http_set_log_request(c->log, r);

    switch (result->code) {

    case CANVAS_CODE_OK:
        rc = ngx_canvas_faction_reply(r, result);
        break;

    case CANVAS_CODE_CONFLICT:
        rc = ngx_canvas_faction_conflict(r, result);
        break;

    case CANVAS_CODE_NOT_FOUND:
        rc = ngx_canvas_reply_sentence(r, result->code,
                                       "This week has no such faction");
        break;

    default:
        rc = ngx_canvas_reply_error(r, result->code, 0, NULL);
    }

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_canvas_faction_reply(ngx_http_request_t *r,
    ngx_canvas_store_result_t *result)
{
    ngx_str_t            faction;
    u_char              *body, *p;
    ngx_canvas_reply_t   reply;

    faction.data = result->identity.faction;
    faction.len = result->identity.faction_len;

    body = ngx_pnalloc(r->pool, sizeof("{\"faction\":\"\",\"members\":}")
                                + faction.len + NGX_INT64_LEN);
    if (body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_sprintf(body, "{\"faction\":\"%V\",\"members\":%uL}", &faction,
                    result->members);

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));

    reply.status = NGX_HTTP_OK;
    reply.max_age = NGX_CANVAS_REPLY_NO_STORE;

    return ngx_canvas_reply(r, &reply, body, p - body);
}


static ngx_int_t
ngx_canvas_faction_conflict(ngx_http_request_t *r,
    ngx_canvas_store_result_t *result)
{
    u_char  sentence[sizeof("You are in the faction  this week")
                     + sizeof(result->rule)];

    *ngx_sprintf(sentence, "You are in the faction %s this week",
                 result->rule) = '\0';

    return ngx_canvas_reply_sentence(r, result->code, (char *) sentence);
}
