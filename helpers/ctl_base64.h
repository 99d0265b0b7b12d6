/*
 * ctl_base64: RFC 4648, section 4, without line breaks, as
 * archive_and_reset_week() takes a canvas.
 */

#ifndef CTL_BASE64_H_INCLUDED
#define CTL_BASE64_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

/* malloc()ed and NUL-terminated; NULL: out of memory */
char *ctl_base64_encode(const uint8_t *data, size_t len);

#endif /* CTL_BASE64_H_INCLUDED */
