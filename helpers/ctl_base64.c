/*
 * ctl_base64: see the header.
 */

#include "ctl_base64.h"

#include <stdlib.h>


char *
ctl_base64_encode(const uint8_t *data, size_t len)
{
    static const char  digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789+/";
    char      *text, *p;
    size_t     i, n;
    uint32_t   group;

    text = malloc((len + 2) / 3 * 4 + 1);
    if (text == NULL) {
        return NULL;
    }

    p = text;

    for (i = 0; i < len; i += 3) {
        n = len - i < 3 ? len - i : 3;

        group = (uint32_t) data[i] << 16;
        group |= n > 1 ? (uint32_t) data[i + 1] << 8 : 0;
        group |= n > 2 ? data[i + 2] : 0;

        *p++ = digits[group >> 18];
        *p++ = digits[group >> 12 & 63];
        *p++ = n > 1 ? digits[group >> 6 & 63] : '=';
        *p++ = n > 2 ? digits[group & 63] : '=';
    }

    *p = '\0';

    return text;
}
