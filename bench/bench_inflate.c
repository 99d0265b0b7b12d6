/*
 * bench_inflate: see bench_inflate.h.  A history is a node: the message it
 * ends with, and a stream that has read all up to there.  Nodes are numbered
 * and the last KEPT of them are remembered.
 */

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bench_inflate.h"

#define KEPT     1024
#define OUT_MAX  (1024 * 1024)

typedef struct {
    uint64_t  id;                           /* 0: the beginning */
    uint64_t  next;                         /* the node it was followed by */
    z_stream  stream;
    uint8_t  *in;
    size_t    in_len;
    uint8_t  *out;
    size_t    out_len;
} node_t;

struct bench_inflate_s {
    node_t    root;
    node_t    nodes[KEPT];                  /* by id % KEPT */
    uint64_t  last;
    uint8_t   buffer[OUT_MAX];
};


static node_t *find(bench_inflate_t *box, uint64_t id);
static node_t *follow(bench_inflate_t *box, node_t *from,
    const uint8_t *data, size_t len);
static int read_all(z_stream *stream, const uint8_t *data, size_t len,
    uint8_t *out);
static uint8_t *copy(const uint8_t *data, size_t len);
static void forget(node_t *node);


bench_inflate_t *
bench_inflate_new(void)
{
    bench_inflate_t  *box;

    box = calloc(1, sizeof(bench_inflate_t));

    if (box && inflateInit2(&box->root.stream, -MAX_WBITS) != Z_OK) {
        free(box);
        return NULL;
    }

    return box;
}


const uint8_t *
bench_inflate(bench_inflate_t *box, uint64_t *history, const uint8_t *data,
    size_t len, size_t *out_len)
{
    node_t  *from, *node;

    from = find(box, *history);

    if (from == NULL) {
        return NULL;
    }

    node = from->next ? find(box, from->next) : NULL;

    if (node == NULL || node->in_len != len
        || memcmp(node->in, data, len) != 0)
    {
        node = follow(box, from, data, len);

        if (node == NULL) {
            return NULL;
        }
    }

    *history = node->id;
    *out_len = node->out_len;

    return node->out;
}


static node_t *
find(bench_inflate_t *box, uint64_t id)
{
    node_t  *node;

    node = id ? &box->nodes[id % KEPT] : &box->root;

    return node->id == id ? node : NULL;
}


static node_t *
follow(bench_inflate_t *box, node_t *from, const uint8_t *data, size_t len)
{
    node_t    *node;
    z_stream   stream;

    if (inflateCopy(&stream, &from->stream) != Z_OK) {
        return NULL;
    }

    if (read_all(&stream, data, len, box->buffer) != 0) {
        inflateEnd(&stream);
        return NULL;
    }

    from->next = ++box->last;
    node = &box->nodes[box->last % KEPT];       /* may be from itself */
    forget(node);

    node->out_len = OUT_MAX - stream.avail_out;
    node->out = copy(box->buffer, node->out_len);
    node->in_len = len;
    node->in = copy(data, len);

    if (inflateCopy(&node->stream, &stream) != Z_OK) {
        abort();
    }

    inflateEnd(&stream);
    node->id = box->last;
    node->next = 0;

    return node;
}


/* RFC 7692 section 7.2.2: four bytes were taken off the end */
static int
read_all(z_stream *stream, const uint8_t *data, size_t len, uint8_t *out)
{
    static const uint8_t  tail[4] = { 0x00, 0x00, 0xff, 0xff };

    int     rc;
    size_t  i;

    stream->next_out = out;
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


/* a generator without memory has nothing to say */
static uint8_t *
copy(const uint8_t *data, size_t len)
{
    uint8_t  *bytes;

    bytes = malloc(len + 1);

    if (bytes == NULL) {
        abort();
    }

    memcpy(bytes, data, len);

    return bytes;
}


static void
forget(node_t *node)
{
    if (node->id != 0) {
        inflateEnd(&node->stream);
        free(node->in);
        free(node->out);
    }
}
