/*
 * load_viewport: the mode viewport.  Every listener watches a part of the
 * canvas of its own; the last clients are placers and place everywhere.  A
 * change that was acknowledged is expected by those whose part it is in, and
 * what each of them got is compared with that at the end.
 */

#include <stdio.h>
#include <string.h>

#include "bench_ws.h"
#include "load.h"

#define SAMPLE  16


static void opened(load_client_t *client);
static unsigned ready(load_run_t *run);
static void step(load_run_t *run);
static void message(load_client_t *client, unsigned opcode,
    const uint8_t *data, size_t len);
static void answered(load_client_t *placer, uint32_t id, unsigned ok);
static void changed(load_client_t *client, unsigned x, unsigned y);
static unsigned inside(const load_client_t *client, unsigned x, unsigned y);
static unsigned settled(load_run_t *run);
static void report(load_run_t *run);


const load_mode_t  load_viewport = {
    .name = "viewport",
    .summary = "listeners that each watch a part (--binary)",
    .path = "/ws",
    .with_placers = 1,
    .websocket = load_yes,
    .identity = load_is_placer,
    .opened = opened,
    .ready = ready,
    .step = step,
    .message = message,
    .answered = answered,
    .settled = settled,
    .report = report
};


/* the pong says that the viewport before it was taken */
static void
opened(load_client_t *client)
{
    char                text[128];
    size_t              len;
    uint64_t            n;
    const load_conf_t  *conf;

    static const char  ping[] = "{\"type\":\"ping\"}";

    conf = client->run->conf;

    if (load_is_placer(client)) {
        client->ready = 1;
        return;
    }

    n = (client->conn.index + 1) * 0x9e3779b97f4a7c15ull;
    client->x = (unsigned) (n >> 32) % (conf->width - conf->view_width + 1);
    client->y = (unsigned) (n >> 8 & 0xffffff)
                % (conf->height - conf->view_height + 1);

    len = (size_t) snprintf(text, sizeof(text),
                            "{\"type\":\"viewport\",\"x\":%u,\"y\":%u,"
                            "\"width\":%u,\"height\":%u}", client->x,
                            client->y, conf->view_width, conf->view_height);
    load_client_send(client, BENCH_WS_TEXT, text, len);
    load_client_send(client, BENCH_WS_TEXT, ping, sizeof(ping) - 1);
}


static unsigned
ready(load_run_t *run)
{
    unsigned  i;

    for (i = 0; i < run->n; i++) {
        if (run->clients[i].open && !run->clients[i].ready) {
            return 0;
        }
    }

    return 1;
}


static void
step(load_run_t *run)
{
    load_place_step(run, run->conf->connections, run->conf->placers);
}


static void
message(load_client_t *client, unsigned opcode, const uint8_t *data,
    size_t len)
{
    size_t       i;
    uint64_t     last;
    load_run_t  *run;

    run = client->run;

    if (load_is_placer(client)) {
        (void) load_place_answer(client, opcode, data, len);
        return;
    }

    if (opcode == BENCH_WS_BINARY && load_updates(data, len, &last)) {
        run->gaps += last <= client->seq;
        client->seq = last;
        run->last_event = run->loop.now;

        for (i = 9; i + 5 <= len; i += 5) {
            changed(client, (unsigned) data[i] << 8 | data[i + 1],
                    (unsigned) data[i + 2] << 8 | data[i + 3]);
        }

    } else if (len >= 14 && memcmp(data, "{\"type\":\"pong\"", 14) == 0) {
        client->ready = 1;

    } else if (len >= 15 && memcmp(data, "{\"type\":\"error\"", 15) == 0) {
        load_error(run, "viewport", 8);
        run->refused++;

    } else if (len >= 16 && memcmp(data, "{\"type\":\"resync\"", 16) == 0) {
        run->resyncs++;
    }
}


static void
answered(load_client_t *placer, uint32_t id, unsigned ok)
{
    unsigned        i, x, y;
    load_run_t     *run;
    load_client_t  *client;

    run = placer->run;
    x = id % run->conf->width;
    y = id / run->conf->width;

    for (i = 0; ok && i < run->conf->connections; i++) {
        client = &run->clients[i];
        client->expected += inside(client, x, y);
    }
}


static void
changed(load_client_t *client, unsigned x, unsigned y)
{
    load_run_t  *run;

    run = client->run;

    if (!inside(client, x, y)) {
        run->outside++;
        return;
    }

    client->got++;
    run->updates++;

    if (client->conn.index % SAMPLE == 0) {
        load_lag(client, x, y);
    }
}


static unsigned
inside(const load_client_t *client, unsigned x, unsigned y)
{
    const load_conf_t  *conf;

    conf = client->run->conf;

    return x - client->x < conf->view_width
           && y - client->y < conf->view_height;
}


static unsigned
settled(load_run_t *run)
{
    unsigned  i;

    for (i = 0; i < run->conf->connections; i++) {
        if (run->clients[i].open
            && run->clients[i].got < run->clients[i].expected)
        {
            return 0;
        }
    }

    return load_answered(run);
}


static void
report(load_run_t *run)
{
    unsigned  i, wrong;
    uint64_t  expected;

    for (expected = 0, wrong = 0, i = 0; i < run->conf->connections; i++) {
        expected += run->clients[i].expected;
        wrong += run->clients[i].got != run->clients[i].expected;
    }

    load_report_hist("ack_ms", &run->hist);
    load_report_hist("lag_ms", &run->lag);

    printf(",\"deliveries\":%llu,\"expected\":%llu,\"gaps\":%llu,"
           "\"resyncs\":%llu,\"outside\":%llu,\"wrong\":%u",
           (unsigned long long) run->updates, (unsigned long long) expected,
           (unsigned long long) run->gaps, (unsigned long long) run->resyncs,
           (unsigned long long) run->outside, wrong);
}
