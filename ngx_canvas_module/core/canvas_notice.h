/*
 * canvas_notice: text that somebody published for clients, who get it as it
 * is: a JSON object with a "type", and a "kind" where several are alike.
 */

#ifndef CANVAS_NOTICE_H_INCLUDED
#define CANVAS_NOTICE_H_INCLUDED

#include "canvas_status.h"

#define CANVAS_NOTICE_MAX   65536   /* bytes */
#define CANVAS_NOTICE_NAME  32      /* of a type or kind, with its NUL */

typedef struct {
    char  type[CANVAS_NOTICE_NAME];
    char  kind[CANVAS_NOTICE_NAME];     /* empty: none */
} canvas_notice_t;

/* CANVAS_TOO_LARGE, or CANVAS_INVALID: nothing that a client could read */
canvas_status_t canvas_notice_parse(const char *json, size_t len,
    canvas_notice_t *notice);

#endif /* CANVAS_NOTICE_H_INCLUDED */
