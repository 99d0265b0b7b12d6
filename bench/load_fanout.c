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


static unsigned is_placer(load_client_t *client);
static void start(load_run_t *run);
static void step(load_run_t *run);
static void message(load_client_t *client, unsigned opcode,
    const uint8_t *data, size_t len);
static void update_text(load_client_t *client, const uint8_t *data,
    size_t len);
static void update_binary(load_client_t *client, const uint8_t *data,
    size_t len);
static void delivered(load_client_t *client, uint64_t first, uint64_t last);
static void sample_lag(load_client_t *client, unsigned long x,
    unsigned long y);
static unsigned settled(load_run_t *run);
static void report(load_run_t *run);


const load_mode_t  load_fanout = {
    "fanout", "listeners that check the order of what placers place", "/ws",
    load_yes, is_placer, start, step, message, NULL, settled, report
};


static unsigned
is_placer(load_client_t *client)
{
    return client->conn.index >= client->run->conf->connections;
}


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

    if (is_placer(client)) {
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
        sample_lag(client, x, y);
    }
}


/* u8 0x01, u64 last seq, then u16 x, u16 y, u8 color a change */
static void
update_binary(load_client_t *client, const uint8_t *data, size_t len)
{
    size_t    i, n;
    uint64_t  last;

    if (len < 14 || data[0] != 0x01) {
        return;
    }

    for (last = 0, i = 1; i < 9; i++) {
        last = last << 8 | data[i];
    }

    n = (len - 9) / 5;
    delivered(client, last - n + 1, last);

    if (client->conn.index % SAMPLE == 0) {
        for (i = 9; i + 5 <= len; i += 5) {
            sample_lag(client, (unsigned) data[i] << 8 | data[i + 1],
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


static void
sample_lag(load_client_t *client, unsigned long x, unsigned long y)
{
    uint64_t            stamp;
    const load_conf_t  *conf;

    conf = client->run->conf;

    if (x < conf->width && y < conf->height) {
        stamp = client->run->stamps[x + y * conf->width];

        if (stamp != 0 && stamp <= client->run->loop.now) {
            bench_hist_add(&client->run->lag,
                           client->run->loop.now - stamp);
        }
    }
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

    printf(",\"deliveries\":%llu,\"expected\":%llu,\"gaps\":%llu,"
           "\"resyncs\":%llu", (unsigned long long) run->updates,
           (unsigned long long) expected, (unsigned long long) run->gaps,
           (unsigned long long) run->resyncs);
}
