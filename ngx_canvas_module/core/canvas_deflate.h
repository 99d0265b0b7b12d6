/*
 * canvas_deflate: permessage-deflate (RFC 7692) for messages that go to many
 * sockets as the same bytes.  One raw deflate stream is used for all of them:
 *
 *   - it is reset before every batch, so a message refers at most to earlier
 *     ones of its own batch, which every receiver of it has got as well;
 *   - so a batch must reach a receiver whole or not at all, and a receiver
 *     must not have agreed on server_no_context_takeover;
 *   - the window has CANVAS_DEFLATE_BITS: any receiver that did not ask for a
 *     smaller one can read it.
 *
 * A batch goes out compressed as a whole or not at all: what is sent
 * uncompressed does not enter the receiver's window (RFC 7692 section 7.2.2).
 */

#ifndef CANVAS_DEFLATE_H_INCLUDED
#define CANVAS_DEFLATE_H_INCLUDED

#include "canvas_status.h"

#include <stdint.h>

/* 2^12 bytes of window: 16 KiB and 4 KiB of hash chains in all */
#define CANVAS_DEFLATE_BITS  12

typedef struct canvas_deflate_s  canvas_deflate_t;

/* NULL: no memory */
canvas_deflate_t *canvas_deflate_create(void);
void canvas_deflate_free(canvas_deflate_t *deflate);

/* room that canvas_deflate_batch() needs for a batch of len bytes with n
 * messages */
size_t canvas_deflate_bound(size_t len, size_t n);

/*
 * batch is len bytes of whole unmasked frames, one a message, as servers
 * write them; out gets the same messages compressed, with RSV1 set and
 * Z_SYNC_FLUSH's 00 00 ff ff cut (section 7.2.1).  Returns their length; 0
 * when that would not be less than len: send the batch as it is.
 */
size_t canvas_deflate_batch(canvas_deflate_t *deflate, const uint8_t *batch,
    size_t len, uint8_t *out, size_t size);

#endif /* CANVAS_DEFLATE_H_INCLUDED */
