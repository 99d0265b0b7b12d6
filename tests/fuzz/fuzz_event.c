/*
 * fuzz_event: publications.  A line is taken whole or refused; what is taken
 * says the same when it is written again.
 */

#include "canvas_event.h"
#include "canvas_id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);


static void
fuzz_require(int condition)
{
    if (!condition) {
        abort();
    }
}


/* the line again; UUIDs are compared in lower case */

static void
fuzz_pixel(const char *line, size_t len, const canvas_event_t *event)
{
    int     n;
    char    buf[256], uuid[CANVAS_UUID_LEN + 1], id[44];
    size_t  i;

    (void) canvas_event_id_format(id, event->epoch, event->seq);
    canvas_uuid_format(event->actor, uuid);
    uuid[CANVAS_UUID_LEN] = '\0';

    n = snprintf(buf, sizeof(buf), "%s p,%u,%u,%u,%u,%c,%s,%llu", id,
                 event->x, event->y, event->color, event->old, event->kind,
                 uuid, (unsigned long long) event->ms);

    fuzz_require((size_t) n == len);

    for (i = 0; i < len; i++) {
        fuzz_require(buf[i] == line[i]
                     || (line[i] >= 'A' && line[i] <= 'F'
                         && buf[i] == (line[i] | 0x20)));
    }
}


static void
fuzz_marker(const char *line, size_t len, const canvas_event_t *event)
{
    fuzz_require(event->reason != CANVAS_REASON_NONE);
    fuzz_require(event->json >= line && event->json_len >= 2);
    fuzz_require(event->json + event->json_len <= line + len);
    fuzz_require(event->json[0] == '{');
    fuzz_require(event->json[event->json_len - 1] == '}');
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    size_t            left, taken;
    const char       *p, *line;
    canvas_event_t    event;
    canvas_status_t   status;

    p = (const char *) data;
    left = len;

    for ( ;; ) {
        line = p;
        status = canvas_event_next(&p, &left, &event);

        if (status == CANVAS_DONE) {
            fuzz_require(left == 0 && p == (const char *) data + len);
            return 0;
        }

        fuzz_require(p > line && p + left == (const char *) data + len);

        if (status != CANVAS_OK) {
            continue;
        }

        taken = (size_t) (p - line);
        taken -= (line[taken - 1] == '\n');

        if (event.type == CANVAS_EVENT_PIXEL) {
            fuzz_pixel(line, taken, &event);

        } else if (event.type == CANVAS_EVENT_MARKER) {
            fuzz_marker(line, taken, &event);
        }
    }
}
