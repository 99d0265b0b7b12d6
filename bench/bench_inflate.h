/*
 * bench_inflate: messages of permessage-deflate (RFC 7692) whose sender does
 * not carry its window from one message to the next.  What many sockets get
 * in the same bytes is inflated once: the last few messages are remembered
 * and compared byte by byte.
 */

#ifndef BENCH_INFLATE_H_INCLUDED
#define BENCH_INFLATE_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

typedef struct bench_inflate_s  bench_inflate_t;

/* NULL: no memory */
bench_inflate_t *bench_inflate_new(void);

/*
 * The message, which is valid until the next call; NULL: it is not in the
 * format, or over 4 MiB
 */
const uint8_t *bench_inflate(bench_inflate_t *inflate, const uint8_t *data,
    size_t len, size_t *out_len);

#endif /* BENCH_INFLATE_H_INCLUDED */
