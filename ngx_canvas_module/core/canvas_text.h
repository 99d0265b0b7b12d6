/*
 * canvas_text: writes the pieces of a JSON text one after another, or only
 * measures them when there is no buffer.  The caller measures first or knows
 * the upper bound; nothing here grows or checks.
 */

#ifndef CANVAS_TEXT_H_INCLUDED
#define CANVAS_TEXT_H_INCLUDED

#include "canvas_status.h"

typedef struct {
    char    *buf;       /* NULL: measure only */
    size_t   len;       /* written, or needed, so far */
} canvas_text_t;

/* a string constant of the source */
#define canvas_text_const(text, s)                                            \
    canvas_text_add(text, s, sizeof(s) - 1)

void canvas_text_add(canvas_text_t *text, const char *data, size_t len);
void canvas_text_num(canvas_text_t *text, uint64_t value);

/* milliseconds as seconds with up to 3 decimals: 3200 -> 3.2 */
void canvas_text_seconds(canvas_text_t *text, uint64_t ms);

/* a NUL-terminated string as a JSON string: quoted and escaped */
void canvas_text_string(canvas_text_t *text, const char *string);

#endif /* CANVAS_TEXT_H_INCLUDED */
