/*
 * bench_ws: the little of RFC 6455 that a load generator and a reference
 * broadcaster need: whole frames, no fragments; RSV1, which RFC 7692 uses.
 */

#ifndef BENCH_WS_H_INCLUDED
#define BENCH_WS_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

#define BENCH_WS_TEXT    0x1
#define BENCH_WS_BINARY  0x2
#define BENCH_WS_CLOSE   0x8
#define BENCH_WS_PING    0x9
#define BENCH_WS_PONG    0xa

#define BENCH_WS_HEAD_MAX  14

/* the key of RFC 6455 section 1.3 and its answer: one pair is enough here */
#define BENCH_WS_KEY     "dGhlIHNhbXBsZSBub25jZQ=="
#define BENCH_WS_ACCEPT  "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

typedef struct {
    unsigned        opcode;
    unsigned        masked;
    unsigned        deflated;               /* RSV1 */
    uint8_t         mask[4];
    const uint8_t  *data;
    size_t          len;
} bench_ws_frame_t;

/*
 * bytes of the whole frame at data; 0: not all there yet; (size_t) -1: a
 * frame this program does not speak (fragment, reserved bit, over 1 MiB)
 */
size_t bench_ws_parse(bench_ws_frame_t *frame, const uint8_t *data,
    size_t len);

/* writes head and masked payload; returns the length, len + at most 8 */
size_t bench_ws_client_frame(uint8_t *buf, unsigned opcode, const void *data,
    size_t len);

/* writes an unmasked head; returns 2 or 4; len is below 65536 */
size_t bench_ws_server_head(uint8_t *buf, unsigned opcode, size_t len);

#endif /* BENCH_WS_H_INCLUDED */
