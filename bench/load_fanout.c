/*
 * load_fanout: the mode fanout.  Listeners count every change and check that
 * its seq follows the last one; the last clients are placers.  How late a
 * change arrives is sampled on one listener in sixteen.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_ws.h"
#include "load.h"

#define SAMPLE  16


static void start(load_run_t *run);
static void step(load_run_t *run);
static void message(load_client_t *client, unsigned opcode,
    const uint8_t *data, size_t len);
static void update_text(load_client_t *client, const uint8_t *data,
    size_t len);
static void update_binary(load_client_t *client, const uint8_t *data,
    size_t len);
static void delivered(load_client_t *client, uint64_t first, uint64_t last);
static unsigned settled(load_run_t *run);
static void report(load_run_t *run);


const load_mode_t  load_fanout = {
    .name = "fanout",
    .summary = "listeners that check the order of what placers place",
    .path = "/ws",
    .with_placers = 1,
    .websocket = load_yes,
    .identity = load_is_placer,
    .start = start,
    .step = step,
    .message = message,
    .settled = settled,
    .report = report
};


static void
start(load_run_t *run)
{
    unsigned  i, j;

    run->base_seq = run->clients[0].seq;

    for (i = run->conf->connections; i < run->n; i++) {
        for (j = 0; j < run->conf->window && run->conf->rate <= 0
             && run->clients[i].open && load_may_send(run); j++)
        {
            load_place_send(&run->clients[i], run->loop.now);
        }
    }
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
    load_run_t  *run;

    run = client->run;

    if (load_is_placer(client)) {
        if (load_place_answer(client, opcode, data, len)
            && run->conf->rate <= 0 && load_may_send(run))
        {
            load_place_send(client, run->loop.now);
        }

        return;
    }

    if (opcode == BENCH_WS_BINARY) {
        update_binary(client, data, len);

    } else if (len > 11 && memcmp(data, "{\"type\":\"up", 11) == 0) {
        update_text(client, data, len);

    } else if (len > 16 && memcmp(data, "{\"type\":\"resync\"", 16) == 0) {
        run->resyncs++;
        client->seq = load_json_number(data, len, "\"seq\":");
    }
}


/* {"type":"update","x":<x>,"y":<y>, ... ,"seq":<seq>} */
static void
update_text(load_client_t *client, const uint8_t *data, size_t len)
{
    static const char  head[] = "{\"type\":\"update\",\"x\":";

    char           *end;
    uint64_t        seq;
    unsigned long   x, y;

    seq = load_json_number(data, len, "\"seq\":");
    delivered(client, seq, seq);

    if (client->conn.index % SAMPLE == 0 && len > sizeof(head)
        && memcmp(data, head, sizeof(head) - 1) == 0)
    {
        x = strtoul((const char *) data + sizeof(head) - 1, &end, 10);
        y = strtoul(end + strcspn(end, "0123456789"), NULL, 10);
        load_lag(client, x, y);
    }
}


static void
update_binary(load_client_t *client, const uint8_t *data, size_t len)
{
    size_t    i, n;
    uint64_t  last;

    n = load_updates(data, len, &last);

    if (n == 0) {
        return;
    }

    client->run->frames++;
    delivered(client, last - n + 1, last);

    if (client->conn.index % SAMPLE == 0) {
        for (i = 9; i + 5 <= len; i += 5) {
            load_lag(client, (unsigned) data[i] << 8 | data[i + 1],
                     (unsigned) data[i + 2] << 8 | data[i + 3]);
        }
    }
}


static void
delivered(load_client_t *client, uint64_t first, uint64_t last)
{
    load_run_t  *run;

    run = client->run;
    run->updates += last - first + 1;
    run->last_event = run->loop.now;

    if (first != client->seq + 1) {
        run->gaps++;
    }

    client->seq = last;
}


static unsigned
settled(load_run_t *run)
{
    unsigned  i;

    if (!load_answered(run)) {
        return 0;
    }

    for (i = 0; i < run->conf->connections; i++) {
        if (run->clients[i].open && run->clients[i].seq < run->top_seq) {
            return 0;
        }
    }

    return 1;
}


static void
report(load_run_t *run)
{
    uint64_t  expected;

    expected = run->top_seq > run->base_seq
               ? (run->top_seq - run->base_seq) * run->conf->connections : 0;

    load_report_hist("ack_ms", &run->hist);
    load_report_hist("lag_ms", &run->lag);

    printf(",\"frames\":%llu,\"deliveries\":%llu,\"expected\":%llu,"
           "\"gaps\":%llu,\"resyncs\":%llu",
           (unsigned long long) run->frames,
           (unsigned long long) run->updates,
           (unsigned long long) expected, (unsigned long long) run->gaps,
           (unsigned long long) run->resyncs);
}
