/*
 * ctl_arg: see the header.
 */

#include "ctl_arg.h"

#include "canvas_id.h"
#include "canvas_num.h"

#include <string.h>

#define CTL_ARG_SIDE_MAX  65535


bool
ctl_arg_number(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
    const char  *last;

    last = text + strlen(text);

    return canvas_num_read(text, last, max, value) == last && *value >= min;
}


bool
ctl_arg_seconds(const char *text, unsigned min_ms, unsigned max_ms,
    unsigned *ms)
{
    uint64_t     whole, part;
    unsigned     unit;
    const char  *p, *last;

    last = text + strlen(text);
    p = canvas_num_read(text, last, max_ms / 1000, &whole);

    if (p == NULL) {
        return false;
    }

    part = 0;

    if (*p == '.' && p[1] != '\0') {
        p++;

        for (unit = 100; unit > 0 && *p >= '0' && *p <= '9'; unit /= 10) {
            part += (uint64_t) (*p++ - '0') * unit;
        }
    }

    *ms = (unsigned) (whole * 1000 + part);

    return p == last && *ms >= min_ms && *ms <= max_ms;
}


bool
ctl_arg_rect(const char *text, ctl_rect_t *rect)
{
    size_t       i;
    uint64_t     value[4];
    const char  *p, *last;

    p = text;
    last = text + strlen(text);

    for (i = 0; i < 4; i++) {
        p = canvas_num_read(p, last, CTL_ARG_SIDE_MAX, &value[i]);

        if (p == NULL || *p != (i < 3 ? ',' : '\0')) {
            return false;
        }

        p++;
    }

    rect->x = (unsigned) value[0];
    rect->y = (unsigned) value[1];
    rect->width = (unsigned) value[2];
    rect->height = (unsigned) value[3];

    return rect->width > 0 && rect->height > 0;
}


bool
ctl_arg_uuid(const char *text)
{
    uint8_t  uuid[16];

    return canvas_uuid_parse(text, strlen(text), uuid) == CANVAS_OK;
}
