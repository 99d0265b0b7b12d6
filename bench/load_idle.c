/*
 * load_idle: the mode idle: sockets that are opened and held until standard
 * input ends, so that somebody can look at the memory of the server.  With
 * --plain they are keep-alive connections that made one request.
 */

#include <stdio.h>

#include "load.h"


static unsigned websocket(load_client_t *client);
static void start(load_run_t *run);
static void message(load_client_t *client, unsigned opcode,
    const uint8_t *data, size_t len);
static void request(load_client_t *client);
static void report(load_run_t *run);


const load_mode_t  load_idle = {
    .name = "idle",
    .summary = "sockets held until standard input ends",
    .path = "/ws",
    .hold = 1,
    .websocket = websocket,
    .start = start,
    .message = message,
    .request = request,
    .settled = load_answered,
    .report = report
};


static unsigned
websocket(load_client_t *client)
{
    return !client->run->conf->plain;
}


static void
start(load_run_t *run)
{
    unsigned  i;

    for (i = 0; run->conf->plain && i < run->n; i++) {
        if (run->clients[i].open) {
            load_http_request(&run->clients[i], run->conf->path, NULL);
        }
    }
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


/* one is enough */
static void
request(load_client_t *client)
{
    (void) client;
}


static void
report(load_run_t *run)
{
    printf(",\"messages_received\":%llu", (unsigned long long) run->updates);
}
