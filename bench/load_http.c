/*
 * load_http: requests of a client and the responses to them: heads, bodies of
 * a known length, the session's cookie.  Pipelining and chunks are not spoken.
 */

#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load.h"

#define HEAD_MAX  8192


static size_t take_head(load_client_t *client, const uint8_t *data,
    size_t len);
static size_t response(load_client_t *client, size_t taken);
static void count_response(load_client_t *client);
static const char *find_header(const char *head, size_t len,
    const char *name);
static void take_cookie(load_client_t *client, const char *head, size_t len);
static int take_extension(load_client_t *client, const char *head,
    size_t len);


void
load_http_start(load_run_t *run)
{
    unsigned  i;

    for (i = 0; i < run->n; i++) {
        if (run->clients[i].open) {
            run->mode->request(&run->clients[i]);
        }
    }
}


void
load_http_request(load_client_t *client, const char *path,
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
                      "Origin: http%s://%s\r\nContent-Type: application/json"
                      "\r\nContent-Length: %zu\r\n\r\n%s",
                      conf->tls ? "s" : "", conf->host, strlen(body), body);

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


size_t
load_http_input(load_client_t *client, const uint8_t *data, size_t len)
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

    } else if (client->phase == LOAD_UPGRADE
               && take_extension(client, head, n) != 0)
    {
        load_error(client->run, "bad extension", 13);
        return (size_t) -1;
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

        load_client_upgrade(client);
        return taken;

    case LOAD_UPGRADE:
        if (client->status != 101) {
            load_error(client->run, "no upgrade", 10);
            return (size_t) -1;
        }

        load_client_upgraded(client);
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


static int
take_extension(load_client_t *client, const char *head, size_t len)
{
    size_t       n;
    const char  *value;

    value = find_header(head, len, "Sec-WebSocket-Extensions");

    if (value == NULL) {
        return 0;
    }

    n = strcspn(value, "\r");

    if (!client->run->conf->deflate
        || memmem(value, n, "permessage-deflate", 18) == NULL)
    {
        return -1;
    }

    client->deflated = 1;
    client->run->deflated++;

    return 0;
}
