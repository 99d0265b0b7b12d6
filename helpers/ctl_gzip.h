/*
 * ctl_gzip: one buffer to and from gzip, through zlib.
 */

#ifndef CTL_GZIP_H_INCLUDED
#define CTL_GZIP_H_INCLUDED

#include "ctl_error.h"

#include <stddef.h>
#include <stdint.h>

/* *out is malloc()ed, *out_len bytes */
ctl_status_t ctl_gzip_pack(const uint8_t *in, size_t len, uint8_t **out,
    size_t *out_len, ctl_error_t *error);

/* CTL_FAILED unless in is exactly one gzip member of exactly size bytes */
ctl_status_t ctl_gzip_unpack(const uint8_t *in, size_t len, uint8_t *out,
    size_t size, ctl_error_t *error);

#endif /* CTL_GZIP_H_INCLUDED */
