/*
 * canvas_utf8: checks UTF-8 (RFC 3629) as it arrives, in pieces of any size,
 * and refuses at the first byte that no valid text can have there.
 */

#ifndef CANVAS_UTF8_H_INCLUDED
#define CANVAS_UTF8_H_INCLUDED

#include "canvas_status.h"

/* zeroed memory: at the start of a text */
typedef struct {
    uint8_t  left;      /* continuation bytes to come; 0: between characters */
    uint8_t  low;       /* range of the next one */
    uint8_t  high;
} canvas_utf8_t;

/*
 * CANVAS_OK text ends with a whole character · CANVAS_AGAIN inside of one ·
 * CANVAS_INVALID no UTF-8; the state is of no use any more
 */
canvas_status_t canvas_utf8_feed(canvas_utf8_t *utf8, const uint8_t *text,
    size_t len);

#endif /* CANVAS_UTF8_H_INCLUDED */
