/*
 * ngx_canvas_faction: POST /api/v1/factions: a visitor joins a faction of the
 * week.  Whether it may is for the Function library to say.
 */

#ifndef NGX_CANVAS_FACTION_H_INCLUDED
#define NGX_CANVAS_FACTION_H_INCLUDED

#include "ngx_canvas_conf.h"

/* of a row of ngx_canvas_posts: text is the body */
ngx_int_t ngx_canvas_faction_post(ngx_http_request_t *r, ngx_str_t *text);

#endif /* NGX_CANVAS_FACTION_H_INCLUDED */
