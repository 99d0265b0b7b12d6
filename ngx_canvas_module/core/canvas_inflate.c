/*
 * canvas_inflate: see the header.
 */

#include "canvas_inflate.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>


/* any window a client may use: inflating with a larger one does no harm */
#define CANVAS_INFLATE_WINDOW    (-15)

#define CANVAS_INFLATE_SIZE_MIN  4096

/* of z_stream.data_type: between two blocks, and no bits left over */
#define CANVAS_INFLATE_BETWEEN   0x80
#define CANVAS_INFLATE_BITS      0x07


struct canvas_inflate_s {
    z_stream   stream;
    uint8_t   *out;
    size_t     size;
};


static canvas_status_t canvas_inflate_feed(canvas_inflate_t *inflater,
    const uint8_t *data, size_t len, size_t limit, size_t *n);
static canvas_status_t canvas_inflate_room(canvas_inflate_t *inflater,
    size_t limit, size_t n);


canvas_inflate_t *
canvas_inflate_create(void)
{
    canvas_inflate_t  *inflater;

    inflater = calloc(1, sizeof(canvas_inflate_t));

    if (inflater == NULL) {
        return NULL;
    }

    inflater->size = CANVAS_INFLATE_SIZE_MIN;
    inflater->out = malloc(inflater->size);

    if (inflater->out == NULL
        || inflateInit2(&inflater->stream, CANVAS_INFLATE_WINDOW) != Z_OK)
    {
        free(inflater->out);
        free(inflater);
        return NULL;
    }

    return inflater;
}


void
canvas_inflate_free(canvas_inflate_t *inflater)
{
    if (inflater == NULL) {
        return;
    }

    (void) inflateEnd(&inflater->stream);
    free(inflater->out);
    free(inflater);
}


canvas_status_t
canvas_inflate_message(canvas_inflate_t *inflater, const uint8_t *data,
    size_t len, size_t limit, const uint8_t **out, size_t *out_len)
{
    int              end;
    size_t           n, made;
    canvas_status_t  status;

    /* the empty stored block that the sender has taken off */
    static const uint8_t  tail[] = { 0x00, 0x00, 0xff, 0xff };

    if (inflateReset(&inflater->stream) != Z_OK) {
        return CANVAS_ERROR;
    }

    *out = inflater->out;
    *out_len = 0;

    if (len == 0) {
        /* should be an empty block, but what else can be meant? */
        return CANVAS_OK;
    }

    n = 0;
    status = canvas_inflate_feed(inflater, data, len, limit, &n);

    if (status != CANVAS_OK) {
        return status;
    }

    made = n;
    status = canvas_inflate_feed(inflater, tail, sizeof(tail), limit, &n);

    if (status != CANVAS_OK) {
        return status;
    }

    /* the message ended where the sender took the tail off */

    end = inflater->stream.data_type;

    if (!(end & CANVAS_INFLATE_BETWEEN) || (end & CANVAS_INFLATE_BITS)
        || n != made)
    {
        return CANVAS_INVALID;
    }

    *out = inflater->out;
    *out_len = n;

    return CANVAS_OK;
}


/* inflates data behind the n bytes that are there */

static canvas_status_t
canvas_inflate_feed(canvas_inflate_t *inflater, const uint8_t *data,
    size_t len, size_t limit, size_t *n)
{
    int               rc;
    uInt              room;
    z_stream         *stream;
    canvas_status_t   status;

    if (len > UINT_MAX) {
        return CANVAS_TOO_LARGE;
    }

    stream = &inflater->stream;
    stream->next_in = (z_const Bytef *) data;
    stream->avail_in = (uInt) len;

    for ( ;; ) {
        status = canvas_inflate_room(inflater, limit, *n);

        if (status != CANVAS_OK) {
            return status;
        }

        room = inflater->size - *n > UINT_MAX ? UINT_MAX
                                             : (uInt) (inflater->size - *n);
        stream->next_out = inflater->out + *n;
        stream->avail_out = room;

        rc = inflate(stream, Z_SYNC_FLUSH);

        *n += room - stream->avail_out;

        if (*n > limit) {
            return CANVAS_TOO_LARGE;
        }

        if (rc == Z_STREAM_END) {
            /* section 7.2.3.4: a last block is not the last */
            if (inflateReset(stream) != Z_OK) {
                return CANVAS_ERROR;
            }

        } else if (rc == Z_MEM_ERROR) {
            return CANVAS_NO_MEMORY;

        } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
            return CANVAS_INVALID;
        }

        if (stream->avail_in == 0 && stream->avail_out) {
            return CANVAS_OK;
        }
    }
}


/* one byte at least; never more than one above the limit */

static canvas_status_t
canvas_inflate_room(canvas_inflate_t *inflater, size_t limit, size_t n)
{
    size_t    size;
    uint8_t  *out;

    if (n < inflater->size) {
        return CANVAS_OK;
    }

    size = inflater->size * 2;

    if (size > limit + 1) {
        size = limit + 1;
    }

    if (size <= n) {
        return CANVAS_TOO_LARGE;
    }

    out = realloc(inflater->out, size);

    if (out == NULL) {
        return CANVAS_NO_MEMORY;
    }

    inflater->out = out;
    inflater->size = size;

    return CANVAS_OK;
}
