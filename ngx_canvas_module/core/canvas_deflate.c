/*
 * canvas_deflate: see the header.
 */

#include "canvas_deflate.h"
#include "canvas_ws.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>


/* a hash table of 4096 entries: what a reset clears is small */
#define CANVAS_DEFLATE_MEMORY  5

#define CANVAS_DEFLATE_LEVEL   6

/* what Z_SYNC_FLUSH ends with and the receiver adds again */
#define CANVAS_DEFLATE_TAIL    4

/* of one message that does not compress: stored blocks, flush, head */
#define CANVAS_DEFLATE_EXTRA   (CANVAS_WS_HEAD_MAX + 32)

#define CANVAS_DEFLATE_RSV1    0x40


struct canvas_deflate_s {
    z_stream  stream;
};


static size_t canvas_deflate_head(const uint8_t *frame, size_t len,
    size_t *payload);
static size_t canvas_deflate_message(z_stream *stream,
    unsigned opcode, const uint8_t *data, size_t len, uint8_t *out,
    size_t size);


canvas_deflate_t *
canvas_deflate_create(void)
{
    canvas_deflate_t  *deflate;

    deflate = calloc(1, sizeof(canvas_deflate_t));
    if (deflate == NULL) {
        return NULL;
    }

    if (deflateInit2(&deflate->stream, CANVAS_DEFLATE_LEVEL, Z_DEFLATED,
                     -CANVAS_DEFLATE_BITS, CANVAS_DEFLATE_MEMORY,
                     Z_DEFAULT_STRATEGY)
        != Z_OK)
    {
        free(deflate);
        return NULL;
    }

    return deflate;
}


void
canvas_deflate_free(canvas_deflate_t *deflate)
{
    if (deflate) {
        (void) deflateEnd(&deflate->stream);
        free(deflate);
    }
}


size_t
canvas_deflate_bound(size_t len, size_t n)
{
    return len + len / 8 + (n + 1) * CANVAS_DEFLATE_EXTRA;
}


size_t
canvas_deflate_batch(canvas_deflate_t *deflate, const uint8_t *batch,
    size_t len, uint8_t *out, size_t size)
{
    size_t  pos, total, head, payload, n;

    if (deflateReset(&deflate->stream) != Z_OK) {
        return 0;
    }

    total = 0;

    for (pos = 0; pos < len; pos += head + payload) {
        head = canvas_deflate_head(batch + pos, len - pos, &payload);

        if (head == 0) {
            return 0;
        }

        n = canvas_deflate_message(&deflate->stream, batch[pos] & 0x0f,
                                   batch + pos + head, payload, out + total,
                                   size - total);
        if (n == 0) {
            return 0;
        }

        total += n;
    }

    return total < len ? total : 0;
}


/* bytes of the head of an unmasked frame; 0: there is no whole frame */

static size_t
canvas_deflate_head(const uint8_t *frame, size_t len, size_t *payload)
{
    size_t  i, head;

    if (len < 2) {
        return 0;
    }

    *payload = frame[1] & 0x7f;
    head = *payload < 126 ? 2 : *payload == 126 ? 4 : 10;

    if (len < head) {
        return 0;
    }

    if (head > 2) {
        *payload = 0;

        for (i = 2; i < head; i++) {
            *payload = *payload << 8 | frame[i];
        }
    }

    return len - head < *payload ? 0 : head;
}


/* one frame with its head; 0: no room */

static size_t
canvas_deflate_message(z_stream *stream, unsigned opcode,
    const uint8_t *data, size_t len, uint8_t *out, size_t size)
{
    size_t    n, head;
    uint8_t  *body;

    if (size < CANVAS_WS_HEAD_MAX) {
        return 0;
    }

    body = out + CANVAS_WS_HEAD_MAX;

    stream->next_in = (Bytef *) data;
    stream->avail_in = (uInt) len;
    stream->next_out = body;
    stream->avail_out = (uInt) (size - CANVAS_WS_HEAD_MAX);

    if (deflate(stream, Z_SYNC_FLUSH) != Z_OK || stream->avail_in != 0
        || stream->avail_out == 0)
    {
        return 0;
    }

    n = (size_t) (stream->next_out - body);

    if (n < CANVAS_DEFLATE_TAIL) {
        return 0;
    }

    n -= CANVAS_DEFLATE_TAIL;

    head = canvas_ws_head(out, opcode, n);
    out[0] |= CANVAS_DEFLATE_RSV1;

    memmove(out + head, body, n);

    return head + n;
}
