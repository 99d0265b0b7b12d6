/*
 * load_connect: the mode connect: sockets that open, get their welcome, say
 * goodbye, and open again, as often as there is time for.
 */

#include <stdio.h>

#include "bench_ws.h"
#include "load.h"


static void opened(load_client_t *client);
static void start(load_run_t *run);
static void leave(load_client_t *client);
static void message(load_client_t *client, unsigned opcode,
    const uint8_t *data, size_t len);
static unsigned closed(load_client_t *client);
static unsigned settled(load_run_t *run);
static void report(load_run_t *run);


const load_mode_t  load_connect = {
    .name = "connect",
    .summary = "sockets that open and close, over and over",
    .path = "/ws",
    .websocket = load_yes,
    .opened = opened,
    .start = start,
    .message = message,
    .closed = closed,
    .settled = settled,
    .report = report
};


static void
opened(load_client_t *client)
{
    load_run_t  *run;

    run = client->run;

    if (run->running) {
        run->ok++;
        run->last_event = run->loop.now;
        bench_hist_add(&run->hist, run->loop.now - client->sent_at);
        leave(client);
    }
}


static void
start(load_run_t *run)
{
    unsigned  i;

    for (i = 0; i < run->n; i++) {
        if (run->clients[i].open) {
            leave(&run->clients[i]);
        }
    }
}


/* the server's close frame, or its end, is waited for */
static void
leave(load_client_t *client)
{
    static const uint8_t  normal[2] = { 1000 >> 8, 1000 & 0xff };

    client->run->sent++;
    load_client_send(client, BENCH_WS_CLOSE, normal, sizeof(normal));
}


static void
message(load_client_t *client, unsigned opcode, const uint8_t *data,
    size_t len)
{
    (void) opcode;
    (void) data;
    (void) len;

    client->run->updates++;
}


static unsigned
closed(load_client_t *client)
{
    return client->run->running;
}


static unsigned
settled(load_run_t *run)
{
    (void) run;

    return 1;
}


static void
report(load_run_t *run)
{
    load_report_hist("open_ms", &run->hist);
    printf(",\"messages_received\":%llu", (unsigned long long) run->updates);
}
