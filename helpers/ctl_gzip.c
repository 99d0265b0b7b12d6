/*
 * ctl_gzip: see the header.
 */

#include "ctl_gzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* zlib: 15 bits of window, 16 more ask for the gzip format */
#define CTL_GZIP_WINDOW  (15 + 16)


ctl_status_t
ctl_gzip_pack(const uint8_t *in, size_t len, uint8_t **out, size_t *out_len,
    ctl_error_t *error)
{
    int       rc;
    size_t    size;
    z_stream  z;

    memset(&z, 0, sizeof(z));

    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, CTL_GZIP_WINDOW, 9,
                     Z_DEFAULT_STRATEGY) != Z_OK)
    {
        return ctl_error_memory(error);
    }

    size = deflateBound(&z, len);
    *out = malloc(size);

    if (*out == NULL) {
        deflateEnd(&z);
        return ctl_error_memory(error);
    }

    z.next_in = (Bytef *) in;
    z.avail_in = len;
    z.next_out = *out;
    z.avail_out = size;

    rc = deflate(&z, Z_FINISH);
    *out_len = z.total_out;
    deflateEnd(&z);

    if (rc != Z_STREAM_END) {
        free(*out);
        *out = NULL;
        return ctl_error_set(error, CTL_FAILED, "gzip failed (%d)", rc);
    }

    return CTL_OK;
}


ctl_status_t
ctl_gzip_unpack(const uint8_t *in, size_t len, uint8_t *out, size_t size,
    ctl_error_t *error)
{
    int       rc;
    size_t    total;
    z_stream  z;

    memset(&z, 0, sizeof(z));
    z.next_in = (Bytef *) in;
    z.avail_in = len;
    z.next_out = out;
    z.avail_out = size;

    if (inflateInit2(&z, CTL_GZIP_WINDOW) != Z_OK) {
        return ctl_error_memory(error);
    }

    rc = inflate(&z, Z_FINISH);
    total = z.total_out;
    inflateEnd(&z);

    if (rc != Z_STREAM_END || total != size || z.avail_in != 0) {
        return ctl_error_set(error, CTL_FAILED,
                             "stored canvas is damaged: gzip of %zu bytes "
                             "expected", size);
    }

    return CTL_OK;
}
