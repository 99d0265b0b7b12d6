/*
 * fuzz_event: publications.  An event is taken whole or refused; what is taken
 * says the same when it is written again.
 */

#include "canvas_event.h"

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


static void
fuzz_pixel(const char *line, size_t len, const canvas_event_t *event)
{
    char    buf[44 + 1 + CANVAS_EVENT_PIXEL_LEN];
    size_t  n;

    n = canvas_event_id_format(buf, event->epoch, event->seq);
    buf[n++] = ' ';
    n += canvas_event_pixel_format(buf + n, event);

    /* what follows a pixel is a line feed, or nothing */
    fuzz_require(n == len || (n + 1 == len && line[n] == '\n'));
    fuzz_require(memcmp(buf, line, n) == 0);
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


static void
fuzz_notice(const char *line, size_t len, const canvas_event_t *event)
{
    fuzz_require(line[0] == 'n' && line[1] == (char) event->audience);
    fuzz_require(event->json == line + 2 && event->json_len >= 2);
    fuzz_require(event->json + event->json_len <= line + len);
    fuzz_require(memchr(event->json, '\n', event->json_len) == NULL);
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

        if (event.type == CANVAS_EVENT_PIXEL) {
            fuzz_pixel(line, taken, &event);

        } else if (event.type == CANVAS_EVENT_MARKER) {
            fuzz_marker(line, taken, &event);

        } else if (event.type == CANVAS_EVENT_NOTICE) {
            fuzz_notice(line, taken, &event);
        }
    }
}
