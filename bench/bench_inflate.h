/*
 * bench_inflate: messages of permessage-deflate (RFC 7692), which may refer
 * to what the same socket got before.  Sockets that got the same messages so
 * far share a history; what is new to one of them is inflated once and
 * remembered, for the others it is a comparison byte by byte.
 */

#ifndef BENCH_INFLATE_H_INCLUDED
#define BENCH_INFLATE_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

typedef struct bench_inflate_s  bench_inflate_t;

/* NULL: no memory */
bench_inflate_t *bench_inflate_new(void);

/*
 * The message; history is the socket's own, 0 at first.  It is valid until
 * the next call.  NULL: it is not in the format, over 1 MiB, or the socket
 * is too many messages behind the others.
 */
const uint8_t *bench_inflate(bench_inflate_t *box, uint64_t *history,
    const uint8_t *data, size_t len, size_t *out_len);

#endif /* BENCH_INFLATE_H_INCLUDED */
