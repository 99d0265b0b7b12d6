/*
 * fuzz_ws: the frame parser on any bytes.  It must say the same whether the
 * bytes come at once or one by one, and keep to its limit; with and without
 * permessage-deflate.
 */

#include "canvas_extension.h"
#include "canvas_ws.h"

#include <stdlib.h>
#include <string.h>

#define FUZZ_LIMIT   1024
#define FUZZ_MAX     CANVAS_WS_COMPRESSED_MAX(FUZZ_LIMIT)
#define FUZZ_EVENTS  4096

typedef struct {
    canvas_ws_event_t  event;
    unsigned           close;
    size_t             len;
    uint64_t           hash;
} fuzz_event_t;

typedef struct {
    fuzz_event_t  events[FUZZ_EVENTS];
    size_t        n;
} fuzz_run_t;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);


static void
fuzz_record(fuzz_run_t *run, canvas_ws_event_t event,
    const canvas_ws_message_t *message)
{
    size_t         i;
    fuzz_event_t  *e;

    if (run->n == FUZZ_EVENTS) {
        return;
    }

    e = &run->events[run->n++];
    memset(e, 0, sizeof(fuzz_event_t));
    e->event = event;
    e->close = message->close;
    e->len = message->len;
    e->hash = 14695981039346656037U;

    for (i = 0; i < message->len; i++) {
        e->hash = (e->hash ^ message->data[i]) * 1099511628211U;
    }

    if (message->len > FUZZ_LIMIT
        || (event != CANVAS_WS_FAIL && message->data == NULL))
    {
        abort();
    }
}


static void
fuzz_feed(fuzz_run_t *run, const uint8_t *data, size_t len, size_t step,
    canvas_inflate_t *inflate)
{
    size_t                i, n;
    uint8_t              *piece;
    canvas_ws_t           ws;
    const uint8_t        *pos;
    canvas_ws_event_t     event;
    canvas_ws_message_t   message;

    memset(&ws, 0, sizeof(ws));
    ws.limit = FUZZ_LIMIT;
    ws.inflate = inflate;
    run->n = 0;

    for (i = 0; i < len; i += n) {
        n = len - i < step ? len - i : step;

        /* a block of its own: a read behind it is seen */
        piece = malloc(n);

        if (piece == NULL) {
            abort();
        }

        memcpy(piece, data + i, n);
        pos = piece;

        for ( ;; ) {
            event = canvas_ws_feed(&ws, &pos, piece + n, &message);

            if (event == CANVAS_WS_MORE) {
                break;
            }

            fuzz_record(run, event, &message);

            if (event == CANVAS_WS_TEXT || event == CANVAS_WS_BINARY) {
                canvas_ws_release(&ws);
            }
        }

        if (pos != piece + n || ws.size > FUZZ_MAX || ws.len > FUZZ_MAX) {
            abort();
        }

        free(piece);
    }

    canvas_ws_release(&ws);
}


static void
fuzz_compare(const uint8_t *data, size_t len, canvas_inflate_t *inflate)
{
    fuzz_run_t  *runs;

    runs = malloc(3 * sizeof(fuzz_run_t));

    if (runs == NULL) {
        abort();
    }

    fuzz_feed(&runs[0], data, len, len ? len : 1, inflate);
    fuzz_feed(&runs[1], data, len, 1, inflate);
    fuzz_feed(&runs[2], data, len, 7, inflate);

    if (runs[0].n != runs[1].n || runs[0].n != runs[2].n
        || memcmp(runs[0].events, runs[1].events,
                  runs[0].n * sizeof(fuzz_event_t)) != 0
        || memcmp(runs[0].events, runs[2].events,
                  runs[0].n * sizeof(fuzz_event_t)) != 0)
    {
        abort();
    }

    free(runs);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    canvas_inflate_t  *inflate;

    inflate = canvas_inflate_create();

    if (inflate == NULL) {
        abort();
    }

    fuzz_compare(data, len, NULL);
    fuzz_compare(data, len, inflate);

    (void) canvas_extension_offers((const char *) data, len);

    canvas_inflate_free(inflate);

    return 0;
}
