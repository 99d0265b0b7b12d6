/*
 * canvas_inflate: the receiving side of permessage-deflate, RFC 7692 section
 * 7.2.2.  One for many connections: messages are compressed without context
 * takeover, so nothing is kept from one to the next.
 */

#ifndef CANVAS_INFLATE_H_INCLUDED
#define CANVAS_INFLATE_H_INCLUDED

#include "canvas_status.h"

typedef struct canvas_inflate_s  canvas_inflate_t;

/* NULL: out of memory; 10 KB, with its first message 40 KB */
canvas_inflate_t *canvas_inflate_create(void);

/* inflater may be NULL */
void canvas_inflate_free(canvas_inflate_t *inflater);

/*
 * Inflates one whole message.  out is valid until the next call, never NULL
 * with CANVAS_OK.  CANVAS_TOO_LARGE: it is longer than limit, and was not
 * inflated further; CANVAS_INVALID: no such message; CANVAS_NO_MEMORY.
 */
canvas_status_t canvas_inflate_message(canvas_inflate_t *inflater,
    const uint8_t *data, size_t len, size_t limit, const uint8_t **out,
    size_t *out_len);

#endif /* CANVAS_INFLATE_H_INCLUDED */
