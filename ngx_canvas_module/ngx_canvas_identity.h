/*
 * ngx_canvas_identity: who sent this request: the session cookie
 * (canvas_session, 64 hex digits) as it came, checked for form only.
 */

#ifndef NGX_CANVAS_IDENTITY_H_INCLUDED
#define NGX_CANVAS_IDENTITY_H_INCLUDED

#include "ngx_canvas_conf.h"

/* who a socket or request belongs to; plain data */
typedef struct {
    u_char       actor[16];             /* UUID */
    u_char       kind;                  /* 'u', 'g', 'a'; 0: nobody */
    u_char       is_admin;
    u_char       banned;
    u_char       username_len;
    u_char       username[64];
    u_char       faction_len;           /* 0: in none */
    u_char       faction[32];
    int16_t      color;                 /* that it is locked to; -1: none */
    ngx_msec_t   remaining;             /* cooldown left when it was read */
    uint64_t     pixels;                /* placed this week */
} ngx_canvas_identity_t;

/* NGX_OK and the 64 digits, NGX_DECLINED without one, NGX_ERROR malformed
 * (more than one canvas_session cookie counts as malformed) */
ngx_int_t ngx_canvas_identity_cookie(ngx_http_request_t *r,
    ngx_str_t *session);

#endif /* NGX_CANVAS_IDENTITY_H_INCLUDED */
