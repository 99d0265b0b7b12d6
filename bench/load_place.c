/*
 * load_place: the modes place-ws and place-http.  Placements walk over the
 * canvas cell by cell, so that a cell names the placement in flight: it tells
 * when it was sent to whoever sees the change.
 */

#include <stdio.h>
#include <string.h>

#include "bench_ws.h"
#include "load.h"


static void start_ws(load_run_t *run);
static void step_ws(load_run_t *run);
static void message_ws(load_client_t *client, unsigned opcode,
    const uint8_t *data, size_t len);
static void start_http(load_run_t *run);
static void step_http(load_run_t *run);
static void request_http(load_client_t *client);
static void post(load_client_t *client, uint64_t due);
static void report(load_run_t *run);
static void report_http(load_run_t *run);
static uint32_t cell_of(const load_run_t *run, uint64_t n);
static unsigned color_of(uint64_t n);
static void send_place(load_client_t *client, uint32_t id, unsigned color);
static size_t place_binary(uint8_t *buf, uint32_t id, unsigned x, unsigned y,
    unsigned color);
static void answered(load_client_t *client, uint64_t id, unsigned ok);
static void refused_text(load_client_t *client, const uint8_t *data,
    size_t len);
static uint64_t big_endian(const uint8_t *data, size_t n);


const load_mode_t  load_place_ws = {
    .name = "place-ws",
    .summary = "placements over WebSocket, each acknowledged",
    .path = "/ws",
    .websocket = load_yes,
    .identity = load_yes,
    .start = start_ws,
    .step = step_ws,
    .message = message_ws,
    .settled = load_answered,
    .report = report
};

const load_mode_t  load_place_http = {
    .name = "place-http",
    .summary = "POST on keep-alive connections",
    .path = "/api/pixel",
    .identity = load_yes,
    .start = start_http,
    .step = step_http,
    .request = request_http,
    .settled = load_answered,
    .report = report_http
};


uint32_t
load_place_send(load_client_t *client, uint64_t start)
{
    uint32_t     id;
    load_run_t  *run;

    run = client->run;
    id = cell_of(run, run->sent);
    run->stamps[id] = start;
    run->sent++;
    run->outstanding++;
    client->outstanding++;
    bench_hist_add(&run->late, run->loop.now - start);

    send_place(client, id, color_of(run->sent));

    return id;
}


void
load_place_again(load_client_t *client, uint32_t id)
{
    send_place(client, id, color_of(client->run->sent + id));
}


unsigned
load_is_placer(load_client_t *client)
{
    return client->conn.index >= client->run->conf->connections;
}


unsigned
load_place_answer(load_client_t *client, unsigned opcode,
    const uint8_t *data, size_t len)
{
    char         name[24];
    uint64_t     id, seq;
    load_run_t  *run;

    run = client->run;
    id = 0;
    seq = 0;

    if (opcode == BENCH_WS_BINARY && len >= 17 && data[0] == 0x11) {
        seq = big_endian(data + 5, 8);
        id = big_endian(data + 1, 4);

    } else if (opcode == BENCH_WS_BINARY && len >= 10 && data[0] == 0x1f) {
        load_error(run, name, (size_t) snprintf(name, sizeof(name),
                                                "binary code %u", data[5]));
        run->refused++;
        answered(client, big_endian(data + 1, 4), 0);
        return 1;

    } else if (len > 11 && memcmp(data, "{\"type\":\"pl", 11) == 0) {
        seq = load_json_number(data, len, "\"seq\":");
        id = load_json_number(data, len, "\"id\":");

    } else if (len > 11 && memcmp(data, "{\"type\":\"er", 11) == 0) {
        refused_text(client, data, len);
        return 1;

    } else {
        return 0;
    }

    run->ok++;

    if (seq > run->top_seq) {
        run->top_seq = seq;
    }

    answered(client, id, 1);

    return 1;
}


void
load_place_step(load_run_t *run, unsigned first, unsigned n)
{
    load_client_t  *client;

    if (run->conf->rate <= 0) {
        return;
    }

    while (run->due <= run->loop.now && load_may_send(run)) {
        client = &run->clients[first + run->turn++ % n];

        if (client->open) {
            load_place_send(client, run->due);

        } else if (run->lost >= run->opened) {
            return;
        }

        run->due += (uint64_t) (LOAD_SECOND / run->conf->rate);
    }
}


static void
start_ws(load_run_t *run)
{
    unsigned  i, j;

    if (run->conf->rate > 0) {
        return;
    }

    for (i = 0; i < run->n; i++) {
        for (j = 0; j < run->conf->window && run->clients[i].open; j++) {
            if (load_may_send(run)) {
                load_place_send(&run->clients[i], run->loop.now);
            }
        }
    }
}


static void
step_ws(load_run_t *run)
{
    load_place_step(run, 0, run->n);
}


static void
message_ws(load_client_t *client, unsigned opcode, const uint8_t *data,
    size_t len)
{
    load_run_t  *run;

    run = client->run;

    if (!load_place_answer(client, opcode, data, len)) {
        run->updates++;
        return;
    }

    if (run->conf->rate <= 0 && load_may_send(run)) {
        load_place_send(client, run->loop.now);
    }
}


static void
start_http(load_run_t *run)
{
    if (run->conf->rate <= 0) {
        load_http_start(run);
    }
}


/* open loop: who has no request in flight takes the next one that is due */
static void
step_http(load_run_t *run)
{
    unsigned        i;
    load_client_t  *client;

    for (i = 0; run->conf->rate > 0 && i < run->n
         && run->due <= run->loop.now && load_may_send(run); i++)
    {
        client = &run->clients[run->turn++ % run->n];

        if (client->open && client->outstanding == 0 && !client->closing) {
            post(client, run->due);
            run->due += (uint64_t) (LOAD_SECOND / run->conf->rate);
            i = 0;
        }
    }
}


/* closed loop: its next */
static void
request_http(load_client_t *client)
{
    if (client->run->conf->rate <= 0 && load_may_send(client->run)) {
        post(client, client->run->loop.now);
    }
}


static void
post(load_client_t *client, uint64_t due)
{
    char         body[64];
    uint32_t     cell;
    load_run_t  *run;

    run = client->run;
    cell = cell_of(run, run->sent);
    bench_hist_add(&run->late, run->loop.now - due);

    snprintf(body, sizeof(body), "{\"x\":%u,\"y\":%u,\"color\":%u}",
             cell % run->conf->width, cell / run->conf->width,
             color_of(run->sent));
    load_http_request(client, run->conf->path, body);
    client->sent_at = due;
}


static void
report(load_run_t *run)
{
    load_report_hist("ack_ms", &run->hist);
    printf(",\"messages_received\":%llu", (unsigned long long) run->updates);
}


static void
report_http(load_run_t *run)
{
    load_report_hist("ack_ms", &run->hist);
}


/* spread: a step that shares no factor with any canvas but its multiples */
static uint32_t
cell_of(const load_run_t *run, uint64_t n)
{
    uint64_t  cells;

    cells = (uint64_t) run->conf->width * run->conf->height;
    n %= cells;

    return (uint32_t) (run->conf->spread ? n * 7368787 % cells : n);
}


/* runs of four, mixed as splitmix64 does: neither all equal nor all noise */
static unsigned
color_of(uint64_t n)
{
    n = (n >> 2) * 0x9e3779b97f4a7c15ull;
    n = (n ^ n >> 32) * 0xd6e8feb86659fd93ull;

    return (unsigned) (n >> 60);
}


static void
send_place(load_client_t *client, uint32_t id, unsigned color)
{
    size_t              len;
    unsigned            x, y;
    const load_conf_t  *conf;
    union {
        char            text[128];
        uint8_t         bytes[128];
    } buf;

    conf = client->run->conf;
    x = id % conf->width;
    y = id / conf->width;

    if (conf->binary) {
        len = place_binary(buf.bytes, id, x, y, color);
        load_client_send(client, BENCH_WS_BINARY, buf.bytes, len);
        return;
    }

    len = (size_t) snprintf(buf.text, sizeof(buf.text),
                            "{\"type\":\"place\",\"x\":%u,\"y\":%u,"
                            "\"color\":%u,\"id\":%u}", x, y, color, id);
    load_client_send(client, BENCH_WS_TEXT, buf.text, len);
}


static size_t
place_binary(uint8_t *buf, uint32_t id, unsigned x, unsigned y,
    unsigned color)
{
    buf[0] = 0x10;
    buf[1] = (uint8_t) (id >> 24);
    buf[2] = (uint8_t) (id >> 16);
    buf[3] = (uint8_t) (id >> 8);
    buf[4] = (uint8_t) id;
    buf[5] = (uint8_t) (x >> 8);
    buf[6] = (uint8_t) x;
    buf[7] = (uint8_t) (y >> 8);
    buf[8] = (uint8_t) y;
    buf[9] = (uint8_t) color;

    return 10;
}


static void
answered(load_client_t *client, uint64_t id, unsigned ok)
{
    load_run_t  *run;

    run = client->run;

    if (client->outstanding == 0
        || id >= (uint64_t) run->conf->width * run->conf->height)
    {
        load_error(run, "stray answer", 12);
        return;
    }

    client->outstanding--;
    run->outstanding--;
    run->last_event = run->loop.now;
    bench_hist_add(&run->hist, run->loop.now - run->stamps[id]);

    if (run->mode->answered) {
        run->mode->answered(client, (uint32_t) id, ok);
    }
}


static void
refused_text(load_client_t *client, const uint8_t *data, size_t len)
{
    static const char  name[] = "\"code\":\"";

    size_t       i;
    const char  *code;

    code = "error";

    for (i = 0; i + sizeof(name) < len; i++) {
        if (memcmp(data + i, name, sizeof(name) - 1) == 0) {
            code = (const char *) data + i + sizeof(name) - 1;
            break;
        }
    }

    load_error(client->run, code, strcspn(code, "\""));
    client->run->refused++;
    answered(client, load_json_number(data, len, "\"id\":"), 0);
}


static uint64_t
big_endian(const uint8_t *data, size_t n)
{
    size_t    i;
    uint64_t  value;

    for (value = 0, i = 0; i < n; i++) {
        value = value << 8 | data[i];
    }

    return value;
}
