/*
 * load_client: what every client does before its mode takes over: a guest's
 * session when the mode wants one, the WebSocket handshake, the welcome; then
 * it cuts the input into responses or messages.  Pings are answered here.
 */

#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bench_ws.h"
#include "load.h"

#define HANDSHAKES_MAX  64
#define HEAD_MAX        8192
#define FRAME_SIZE      1024


static void connected(bench_conn_t *c);
static size_t input(bench_conn_t *c, const uint8_t *data, size_t len);
static void closed(bench_conn_t *c);
static void upgrade(load_client_t *client);
static void now_open(load_client_t *client);
static size_t take_http(load_client_t *client, const uint8_t *data,
    size_t len);
static size_t take_head(load_client_t *client, const uint8_t *data,
    size_t len);
static size_t response(load_client_t *client, size_t taken);
static void count_response(load_client_t *client);
static size_t take_frames(load_client_t *client, const uint8_t *data,
    size_t len);
static void count_close(load_client_t *client, const bench_ws_frame_t *frame);
static const char *find_header(const char *head, size_t len,
    const char *name);
static void take_cookie(load_client_t *client, const char *head, size_t len);


const bench_conn_handlers_t  load_client_handlers = {
    connected, input, closed, NULL
};


void
load_client_open_more(load_run_t *run)
{
    load_client_t  *client;

    while (run->next < run->n && run->opening < HANDSHAKES_MAX) {
        client = &run->clients[run->next++];

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

    while (run->closed && load_may_send(run)) {
        client = run->closed;
        run->closed = client->next;
        client->closing = 0;

        if (bench_conn_open(&client->conn, &run->conf->address) != 0) {
            client->open = 0;
            run->lost++;
            continue;
        }

        run->reopened++;
    }
}


void
load_client_start_http(load_run_t *run)
{
    unsigned  i;

    for (i = 0; i < run->n; i++) {
        if (run->clients[i].open) {
            run->mode->request(&run->clients[i]);
        }
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


void
load_client_request(load_client_t *client, const char *path,
    const char *body)
{
    int                 n;
    char                text[2048];
    const load_conf_t  *conf;

    conf = client->run->conf;

    n = snprintf(text, sizeof(text),
                 "%s %s HTTP/1.1\r\nHost: %s\r\n%s%s%s%s",
                 body ? "POST" : "GET", path, conf->host,
                 conf->gzip ? "Accept-Encoding: gzip\r\n" : "",
                 client->cookie[0] ? "Cookie: " : "", client->cookie,
                 client->cookie[0] ? "\r\n" : "");

    if (body) {
        n += snprintf(text + n, sizeof(text) - (size_t) n,
                      "Origin: http://%s\r\nContent-Type: application/json"
                      "\r\nContent-Length: %zu\r\n\r\n%s",
                      conf->host, strlen(body), body);

    } else {
        n += snprintf(text + n, sizeof(text) - (size_t) n, "\r\n");
    }

    client->sent_at = client->run->loop.now;

    if (client->open) {
        client->run->sent++;
        client->run->outstanding++;
        client->outstanding++;
    }

    if (bench_conn_send(&client->conn, text, (size_t) n) != 0) {
        bench_conn_abort(&client->conn);
    }
}


uint64_t
load_json_number(const uint8_t *data, size_t len, const char *name)
{
    size_t    i, name_len;
    uint64_t  value;

    name_len = strlen(name);

    for (i = len; i-- > name_len; /* void */) {
        if (data[i - 1] == ':'
            && memcmp(data + i - name_len, name, name_len) == 0)
        {
            for (value = 0; i < len && data[i] >= '0' && data[i] <= '9';
                 i++)
            {
                value = value * 10 + (data[i] - '0');
            }

            return value;
        }
    }

    return 0;
}


unsigned
load_yes(load_client_t *client)
{
    (void) client;

    return 1;
}


unsigned
load_no(load_client_t *client)
{
    (void) client;

    return 0;
}


static void
connected(bench_conn_t *c)
{
    load_client_t  *client;

    client = c->data;

    if (client->open) {
        client->run->mode->request(client);
        return;
    }

    if (client->run->mode->identity(client)) {
        client->phase = LOAD_GUEST;
        load_client_request(client, "/api/v1/auth/guest", "");
        return;
    }

    upgrade(client);
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
            n = take_http(client, data + taken, len - taken);
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
        client->next = run->closed;
        run->closed = client;
        return;
    }

    if (client->open) {
        run->lost++;
        run->outstanding -= client->outstanding;
        client->open = 0;
        client->outstanding = 0;
        return;
    }

    run->failed++;
    run->opening--;
    load_error(run, "handshake", 9);
    load_client_open_more(run);
}


static void
upgrade(load_client_t *client)
{
    int                 n;
    char                text[1024];
    const load_conf_t  *conf;

    conf = client->run->conf;

    if (!client->run->mode->websocket(client)) {
        client->phase = LOAD_HTTP;
        now_open(client);
        return;
    }

    client->phase = LOAD_UPGRADE;

    n = snprintf(text, sizeof(text),
                 "GET %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\n"
                 "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: " BENCH_WS_KEY "\r\n%s%s%s%s\r\n",
                 conf->path, conf->host, conf->host,
                 conf->binary ? "Sec-WebSocket-Protocol: canvas.v1.bin\r\n"
                              : "",
                 client->cookie[0] ? "Cookie: " : "", client->cookie,
                 client->cookie[0] ? "\r\n" : "");

    if (bench_conn_send(&client->conn, text, (size_t) n) != 0) {
        bench_conn_abort(&client->conn);
    }
}


static void
now_open(load_client_t *client)
{
    load_run_t  *run;

    run = client->run;
    client->open = 1;
    run->opening--;
    run->opened++;

    load_client_open_more(run);
}


static size_t
take_http(load_client_t *client, const uint8_t *data, size_t len)
{
    size_t  n;

    if (!client->in_body) {
        n = take_head(client, data, len);

        if (n != 0 && n != (size_t) -1 && client->body_left == 0) {
            return response(client, n);
        }

        return n;
    }

    n = client->body_left < len ? (size_t) client->body_left : len;
    client->body_left -= n;

    return client->body_left == 0 ? response(client, n) : n;
}


static size_t
take_head(load_client_t *client, const uint8_t *data, size_t len)
{
    size_t       n;
    const char  *end, *head, *length, *value;

    head = (const char *) data;
    end = memmem(head, len, "\r\n\r\n", 4);

    if (end == NULL) {
        return len > HEAD_MAX ? (size_t) -1 : 0;
    }

    n = (size_t) (end - head) + 4;

    if (n < 16 || memcmp(head, "HTTP/1.1 ", 9) != 0
        || find_header(head, n, "Transfer-Encoding"))
    {
        load_error(client->run, "bad response", 12);
        return (size_t) -1;
    }

    value = find_header(head, n, "Connection");
    client->status = (unsigned) strtoul(head + 9, NULL, 10);
    length = find_header(head, n, "Content-Length");
    client->body_len = length ? strtoull(length, NULL, 10) : 0;
    client->body_left = client->body_len;
    client->in_body = client->body_left != 0;
    client->closing = value && strncasecmp(value, "close", 5) == 0;

    if (client->phase == LOAD_GUEST) {
        take_cookie(client, head, n);
    }

    return n;
}


/* a whole response is there; returns taken, or (size_t) -1 to close */
static size_t
response(load_client_t *client, size_t taken)
{
    client->in_body = 0;

    switch (client->phase) {

    case LOAD_GUEST:
        if (client->status != 201 || client->cookie[0] == '\0') {
            load_error(client->run, "no guest session", 16);
            return (size_t) -1;
        }

        upgrade(client);
        return taken;

    case LOAD_UPGRADE:
        if (client->status != 101) {
            load_error(client->run, "no upgrade", 10);
            return (size_t) -1;
        }

        client->phase = LOAD_WELCOME;
        return taken;

    default:
        count_response(client);

        if (client->closing) {
            return (size_t) -1;
        }

        if (client->run->running) {
            client->run->mode->request(client);
        }

        return taken;
    }
}


static void
count_response(load_client_t *client)
{
    char         name[16];
    load_run_t  *run;

    run = client->run;
    run->outstanding--;
    run->bytes += client->body_len;
    run->last_event = run->loop.now;
    client->outstanding--;

    if (client->status / 100 == 2) {
        run->ok++;
        bench_hist_add(&run->hist, run->loop.now - client->sent_at);
        return;
    }

    run->refused++;
    load_error(run, name, (size_t) snprintf(name, sizeof(name), "status %u",
                                            client->status));
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

        if (frame.opcode == BENCH_WS_PING) {
            load_client_send(client, BENCH_WS_PONG, frame.data, frame.len);

        } else if (frame.opcode == BENCH_WS_CLOSE) {
            count_close(client, &frame);
            return (size_t) -1;

        } else if (client->phase == LOAD_WELCOME) {
            client->phase = LOAD_WEBSOCKET;
            client->seq = load_json_number(frame.data, frame.len,
                                           "\"seq\":");
            now_open(client);

        } else {
            client->run->mode->message(client, frame.opcode, frame.data,
                                       frame.len);
        }
    }

    return taken;
}


static void
count_close(load_client_t *client, const bench_ws_frame_t *frame)
{
    char      name[16];
    unsigned  code;

    code = frame->len < 2 ? 1005
                          : (unsigned) frame->data[0] << 8 | frame->data[1];
    load_error(client->run, name, (size_t) snprintf(name, sizeof(name),
                                                    "close %u", code));
}


/* the value of a header, without leading space; it ends at "\r\n" */
static const char *
find_header(const char *head, size_t len, const char *name)
{
    size_t       n;
    const char  *line, *last;

    n = strlen(name);
    last = head + len - 2;          /* the empty line */

    for (line = memmem(head, len, "\r\n", 2) + 2; line < last;
         line = memmem(line, (size_t) (head + len - line), "\r\n", 2) + 2)
    {
        if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
            line += n + 1;
            return line + strspn(line, " ");
        }
    }

    return NULL;
}


static void
take_cookie(load_client_t *client, const char *head, size_t len)
{
    size_t       n;
    const char  *value;

    value = find_header(head, len, "Set-Cookie");

    if (value) {
        n = strcspn(value, ";\r");

        if (n < sizeof(client->cookie)) {
            memcpy(client->cookie, value, n);
            client->cookie[n] = '\0';
        }
    }
}
