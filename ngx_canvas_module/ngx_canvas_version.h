/*
 * ngx_canvas_version: the version of the product, as /health tells it.
 */

#ifndef NGX_CANVAS_VERSION_H_INCLUDED
#define NGX_CANVAS_VERSION_H_INCLUDED

#define NGX_CANVAS_VERSION  "1.0.0"

#endif /* NGX_CANVAS_VERSION_H_INCLUDED */
