/*
 * load_client: what every client does before its mode takes over: a guest's
 * session when the mode wants one, the WebSocket handshake, the welcome; then
 * it cuts the input into messages.  Pings are answered here.
 */

#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_ws.h"
#include "load.h"

#define FRAME_SIZE  1024


static void connected(bench_conn_t *c);
static size_t input(bench_conn_t *c, const uint8_t *data, size_t len);
static void closed(bench_conn_t *c);
static void later(load_client_t *client);
static void now_open(load_client_t *client);
static size_t take_frames(load_client_t *client, const uint8_t *data,
    size_t len);
static int take_frame(load_client_t *client, const bench_ws_frame_t *frame);
static int take_message(load_client_t *client, unsigned opcode,
    const uint8_t *data, size_t len);
static void count_close(load_client_t *client, const bench_ws_frame_t *frame);


const bench_conn_handlers_t  load_client_handlers = {
    connected, input, closed, NULL
};


void
load_client_open_more(load_run_t *run)
{
    load_client_t  *client;

    while (run->next < run->target && run->opening < run->conf->handshakes
           && run->budget > 0)
    {
        run->budget--;
        client = &run->clients[run->next++];
        client->sent_at = run->loop.now;

        if (bench_conn_open(&client->conn, &run->conf->address) != 0) {
            run->failed++;
            load_error(run, "connect", 7);
            continue;
        }

        run->opening++;
    }
}


void
load_client_reopen(load_run_t *run)
{
    load_client_t  *client;

    while (run->closed && load_may_send(run)
           && run->opening < run->conf->handshakes && run->budget > 0)
    {
        run->budget--;
        client = run->closed;
        run->closed = client->next;
        client->closing = 0;
        client->deflated = 0;
        client->history = 0;
        client->in_body = 0;
        client->sent_at = run->loop.now;

        if (bench_conn_open(&client->conn, &run->conf->address) != 0) {
            client->open = 0;
            run->lost++;
            load_error(run, "connect", 7);
            continue;
        }

        run->opening += !client->open;
        run->reopened += client->open;
    }
}


void
load_client_upgrade(load_client_t *client)
{
    int                 n;
    char                text[1024], since[80];
    const load_conf_t  *conf;

    conf = client->run->conf;

    if (client->run->mode->websocket == NULL
        || !client->run->mode->websocket(client))
    {
        client->phase = LOAD_HTTP;
        now_open(client);
        return;
    }

    client->phase = LOAD_UPGRADE;
    since[0] = '\0';

    if (client->resumes) {
        snprintf(since, sizeof(since), "?since=%llu&epoch=%llu",
                 (unsigned long long) client->seq,
                 (unsigned long long) client->epoch);
    }

    n = snprintf(text, sizeof(text),
                 "GET %s%s HTTP/1.1\r\nHost: %s\r\nOrigin: http%s://%s\r\n"
                 "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: " BENCH_WS_KEY "\r\n%s%s%s%s%s\r\n",
                 conf->path, since, conf->host, conf->tls ? "s" : "",
                 conf->host,
                 conf->binary ? "Sec-WebSocket-Protocol: canvas.v1.bin\r\n"
                              : "",
                 conf->deflate ? "Sec-WebSocket-Extensions: "
                                 "permessage-deflate; "
                                 "client_max_window_bits\r\n" : "",
                 client->cookie[0] ? "Cookie: " : "", client->cookie,
                 client->cookie[0] ? "\r\n" : "");

    if (bench_conn_send(&client->conn, text, (size_t) n) != 0) {
        bench_conn_abort(&client->conn);
    }
}


void
load_client_upgraded(load_client_t *client)
{
    client->phase = LOAD_WELCOME;

    if (client->run->conf->silent) {
        client->phase = LOAD_WEBSOCKET;
        now_open(client);
    }
}


void
load_client_send(load_client_t *client, unsigned opcode, const void *data,
    size_t len)
{
    size_t   n;
    uint8_t  frame[FRAME_SIZE];

    if (len > FRAME_SIZE - BENCH_WS_HEAD_MAX) {
        return;
    }

    n = bench_ws_client_frame(frame, opcode, data, len);

    if (bench_conn_send(&client->conn, frame, n) != 0) {
        bench_conn_abort(&client->conn);
    }
}


static void
connected(bench_conn_t *c)
{
    load_client_t      *client;
    const load_mode_t  *mode;

    client = c->data;
    mode = client->run->mode;

    if (client->open) {
        mode->request(client);
        return;
    }

    if (mode->identity && mode->identity(client)
        && client->cookie[0] == '\0')
    {
        client->phase = LOAD_GUEST;
        load_http_request(client, "/api/v1/auth/guest", "");
        return;
    }

    load_client_upgrade(client);
}


static size_t
input(bench_conn_t *c, const uint8_t *data, size_t len)
{
    size_t          n, taken;
    load_client_t  *client;

    client = c->data;
    taken = 0;

    while (taken < len && c->fd != -1) {
        if (client->phase == LOAD_WELCOME || client->phase == LOAD_WEBSOCKET) {
            n = take_frames(client, data + taken, len - taken);
        } else {
            n = load_http_input(client, data + taken, len - taken);
        }

        if (n == (size_t) -1) {
            return n;
        }

        if (n == 0) {
            break;
        }

        taken += n;
    }

    return taken;
}


static void
closed(bench_conn_t *c)
{
    load_run_t     *run;
    load_client_t  *client;

    client = c->data;
    run = client->run;

    if (client->open && client->closing && client->outstanding == 0) {
        later(client);
        return;
    }

    if (!client->open) {
        run->opening--;
        load_error(run, "handshake", 9);
    }

    if (client->was_open && run->mode->closed && run->mode->closed(client)) {
        client->open = 0;
        later(client);

    } else if (client->open) {
        run->lost++;
        run->outstanding -= client->outstanding;
        client->open = 0;
        client->outstanding = 0;

    } else {
        run->failed++;
    }

    load_client_open_more(run);
}


static void
later(load_client_t *client)
{
    client->next = client->run->closed;
    client->run->closed = client;
}


static void
now_open(load_client_t *client)
{
    load_run_t  *run;

    run = client->run;
    run->opening--;

    if (client->was_open) {
        run->reopened++;
    } else {
        run->opened++;
    }

    client->open = 1;
    client->was_open = 1;

    if (run->mode->opened) {
        run->mode->opened(client);
    }

    load_client_open_more(run);
}


static size_t
take_frames(load_client_t *client, const uint8_t *data, size_t len)
{
    size_t            n, taken;
    bench_ws_frame_t  frame;

    taken = 0;

    while (taken < len && client->conn.fd != -1) {
        n = bench_ws_parse(&frame, data + taken, len - taken);

        if (n == 0 || n == (size_t) -1) {
            return n == 0 ? taken : n;
        }

        taken += n;

        if (take_frame(client, &frame) != 0) {
            return (size_t) -1;
        }
    }

    return taken;
}


static int
take_frame(load_client_t *client, const bench_ws_frame_t *frame)
{
    size_t          len;
    const uint8_t  *data;

    data = frame->data;
    len = frame->len;

    if (frame->deflated) {
        data = client->deflated
               ? bench_inflate(client->run->inflate, &client->history, data,
                               len, &len) : NULL;

        if (data == NULL) {
            load_error(client->run, "bad deflate", 11);
            return -1;
        }
    }

    switch (frame->opcode) {

    case BENCH_WS_PING:
        load_client_send(client, BENCH_WS_PONG, data, len);
        return 0;

    case BENCH_WS_PONG:
        return 0;

    case BENCH_WS_CLOSE:
        count_close(client, frame);
        return -1;

    default:
        return take_message(client, frame->opcode, data, len);
    }
}


static int
take_message(load_client_t *client, unsigned opcode, const uint8_t *data,
    size_t len)
{
    if (client->phase != LOAD_WELCOME) {
        client->run->mode->message(client, opcode, data, len);
        return 0;
    }

    client->phase = LOAD_WEBSOCKET;

    if (!client->resumes) {
        client->seq = load_json_number(data, len, "\"seq\":");
        client->epoch = load_json_number(data, len, "\"epoch\":");
    }

    now_open(client);

    return 0;
}


static void
count_close(load_client_t *client, const bench_ws_frame_t *frame)
{
    char      name[16];
    unsigned  code;

    code = frame->len < 2 ? 1005
                          : (unsigned) frame->data[0] << 8 | frame->data[1];

    if (code == 1000) {
        return;
    }

    load_error(client->run, name, (size_t) snprintf(name, sizeof(name),
                                                    "close %u", code));
}
