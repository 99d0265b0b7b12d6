/*
 * epoll_broadcast: the least a broadcaster of placements can do: one process,
 * one epoll loop, no store, no checks.  It is the reference that the module's
 * acks and fan-out are measured against, and speaks just enough of the
 * protocol (guest, welcome, place, placed, update) for the same generator.
 *
 * An update is encoded once a wire form.  --tick 0 sends every update at once
 * to every socket; --tick MS collects for that long and sends once a socket.
 * It prints its port and runs until standard input ends.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench_conn.h"
#include "bench_ws.h"

#define PEERS_MAX   65536
#define BATCH_SIZE  (4 * 1024 * 1024)
#define RECORDS_MAX 32768                   /* bytes in one frame */
#define TURN_MAX    (20 * 1000 * 1000)      /* ns */
#define USER        "00000000-0000-4000-8000-000000000000"

typedef struct {
    bench_conn_t  conn;
    unsigned      websocket;
    unsigned      binary;
} peer_t;

typedef struct {
    bench_loop_t  loop;
    int           listener;
    peer_t       *peers[PEERS_MAX];         /* the open ones, packed */
    unsigned      n;
    unsigned      binaries;
    uint64_t      seq;
    uint64_t      tick;                     /* ns */
    uint64_t      due;                      /* when the batch goes out */
    uint8_t      *text;                     /* frames of the batch */
    size_t        text_len;
    uint8_t      *records;                  /* 5 bytes a change */
    size_t        records_len;
} server_t;


static int server_listen(server_t *server);
static void accept_all(server_t *server);
static unsigned input_ended(void);
static void no_connect(bench_conn_t *c);
static size_t input(bench_conn_t *c, const uint8_t *data, size_t len);
static void closed(bench_conn_t *c);
static size_t take_request(peer_t *peer, server_t *server,
    const uint8_t *data, size_t len);
static size_t take_frame(peer_t *peer, server_t *server, const uint8_t *data,
    size_t len);
static void place(peer_t *peer, server_t *server, bench_ws_frame_t *frame);
static void acknowledge(peer_t *peer, server_t *server, unsigned x,
    unsigned y, unsigned color, uint32_t id);
static void collect(server_t *server, unsigned x, unsigned y, unsigned color);
static void broadcast(server_t *server);
static void put(uint8_t *buf, uint64_t value, size_t n);


static const bench_conn_handlers_t  handlers = { no_connect, input, closed };


int
main(int argc, char **argv)
{
    uint64_t   checked, timeout;
    server_t  *server;

    if (argc != 3 || strcmp(argv[1], "--tick") != 0) {
        fprintf(stderr, "usage: %s --tick MS\n", argv[0]);
        return 2;
    }

    server = calloc(1, sizeof(server_t));
    checked = 0;

    if (server == NULL || bench_loop_init(&server->loop) != 0
        || server_listen(server) != 0)
    {
        fprintf(stderr, "epoll_broadcast: %s\n", strerror(errno));
        return 1;
    }

    (void) bench_raise_descriptors();

    server->tick = strtoull(argv[2], NULL, 10) * 1000000;
    server->text = malloc(BATCH_SIZE);
    server->records = malloc(BATCH_SIZE);

    if (server->text == NULL || server->records == NULL) {
        return 1;
    }

    for ( ;; ) {
        timeout = TURN_MAX;

        if (server->records_len && server->due < server->loop.now + timeout) {
            timeout = server->due > server->loop.now
                      ? server->due - server->loop.now : 0;
        }

        if (bench_loop_turn(&server->loop, timeout) != 0) {
            return 1;
        }

        if (server->loop.now - checked >= TURN_MAX) {
            checked = server->loop.now;
            accept_all(server);

            if (input_ended()) {
                return 0;
            }
        }

        if (server->records_len && server->loop.now >= server->due) {
            broadcast(server);
        }
    }
}


/* the listener is looked at now and then, not watched */
static int
server_listen(server_t *server)
{
    socklen_t           len;
    struct sockaddr_in  address;

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    len = sizeof(address);

    server->listener = socket(AF_INET,
                              SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (server->listener == -1
        || bind(server->listener, (struct sockaddr *) &address, len) != 0
        || listen(server->listener, 4096) != 0
        || getsockname(server->listener, (struct sockaddr *) &address, &len)
           != 0)
    {
        return -1;
    }

    printf("%u\n", ntohs(address.sin_port));
    fflush(stdout);

    return 0;
}


static void
accept_all(server_t *server)
{
    int      fd;
    peer_t  *peer;

    while (server->n < PEERS_MAX) {
        fd = accept4(server->listener, NULL, NULL,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd == -1) {
            return;
        }

        peer = calloc(1, sizeof(peer_t));

        if (peer == NULL) {
            close(fd);
            return;
        }

        peer->conn.loop = &server->loop;
        peer->conn.handlers = &handlers;
        peer->conn.data = server;
        peer->conn.index = server->n;

        if (bench_conn_adopt(&peer->conn, fd) != 0) {
            close(fd);
            free(peer);
            return;
        }

        server->peers[server->n++] = peer;
    }
}


static unsigned
input_ended(void)
{
    char           c;
    struct pollfd  standard;

    standard.fd = STDIN_FILENO;
    standard.events = POLLIN;
    standard.revents = 0;

    return poll(&standard, 1, 0) > 0 && read(STDIN_FILENO, &c, 1) <= 0;
}


static void
no_connect(bench_conn_t *c)
{
    (void) c;
}


static size_t
input(bench_conn_t *c, const uint8_t *data, size_t len)
{
    size_t     n, taken;
    peer_t    *peer;
    server_t  *server;

    peer = (peer_t *) c;
    server = c->data;
    taken = 0;

    while (taken < len) {
        n = peer->websocket
            ? take_frame(peer, server, data + taken, len - taken)
            : take_request(peer, server, data + taken, len - taken);

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


/* the memory of a peer stays: the loop may hold an event of it */
static void
closed(bench_conn_t *c)
{
    peer_t    *last, *peer;
    server_t  *server;

    peer = (peer_t *) c;
    server = c->data;
    last = server->peers[--server->n];

    server->peers[c->index] = last;
    last->conn.index = c->index;

    if (peer->websocket && peer->binary) {
        server->binaries--;
    }
}


static size_t
take_request(peer_t *peer, server_t *server, const uint8_t *data, size_t len)
{
    static const char  guest[] =
        "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n"
        "Set-Cookie: canvas_session=0; Path=/\r\n\r\n";
    static const char  upgrade[] =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Accept: " BENCH_WS_ACCEPT
        "\r\n";

    int          n;
    char         text[1024], welcome[128];
    size_t       size;
    const char  *end;

    end = memmem(data, len, "\r\n\r\n", 4);

    if (end == NULL) {
        return len > 8192 ? (size_t) -1 : 0;
    }

    size = (size_t) (end - (const char *) data) + 4;

    if (memmem(data, size, BENCH_WS_KEY, sizeof(BENCH_WS_KEY) - 1) == NULL) {
        return bench_conn_send(&peer->conn, guest, sizeof(guest) - 1) == 0
               ? size : (size_t) -1;
    }

    peer->websocket = 1;
    peer->binary = memmem(data, size, "canvas.v1.bin", 13) != NULL;
    server->binaries += peer->binary;

    n = snprintf(welcome, sizeof(welcome),
                 "{\"type\":\"welcome\",\"canvasInfo\":{\"seq\":%llu}}",
                 (unsigned long long) server->seq);
    size = size < len ? size : len;

    n = snprintf(text, sizeof(text), "%s%s\r\n\x81%c%s", upgrade,
                 peer->binary ? "Sec-WebSocket-Protocol: canvas.v1.bin\r\n"
                              : "", n, welcome);

    return bench_conn_send(&peer->conn, text, (size_t) n) == 0
           ? size : (size_t) -1;
}


static size_t
take_frame(peer_t *peer, server_t *server, const uint8_t *data, size_t len)
{
    size_t            n;
    bench_ws_frame_t  frame;

    n = bench_ws_parse(&frame, data, len);

    if (n == 0 || n == (size_t) -1) {
        return n;
    }

    if (frame.opcode == BENCH_WS_CLOSE || !frame.masked) {
        return (size_t) -1;
    }

    if (frame.opcode == BENCH_WS_TEXT || frame.opcode == BENCH_WS_BINARY) {
        place(peer, server, &frame);
    }

    return n;
}


static void
place(peer_t *peer, server_t *server, bench_ws_frame_t *frame)
{
    char      text[256];
    size_t    i, len;
    unsigned  x, y, color, id;

    len = frame->len < sizeof(text) ? frame->len : sizeof(text) - 1;

    for (i = 0; i < len; i++) {
        text[i] = (char) (frame->data[i] ^ frame->mask[i & 3]);
    }

    text[len] = '\0';

    if (frame->opcode == BENCH_WS_TEXT) {
        if (sscanf(text, "{\"type\":\"place\",\"x\":%u,\"y\":%u,\"color\":%u,"
                         "\"id\":%u}", &x, &y, &color, &id) != 4)
        {
            return;
        }

    } else if (len == 10) {
        id = (unsigned) (uint8_t) text[1] << 24
             | (unsigned) (uint8_t) text[2] << 16
             | (unsigned) (uint8_t) text[3] << 8 | (uint8_t) text[4];
        x = (unsigned) (uint8_t) text[5] << 8 | (uint8_t) text[6];
        y = (unsigned) (uint8_t) text[7] << 8 | (uint8_t) text[8];
        color = (uint8_t) text[9];

    } else {
        return;
    }

    server->seq++;
    acknowledge(peer, server, x, y, color, id);
    collect(server, x, y, color);

    if (server->tick == 0 || server->records_len > RECORDS_MAX) {
        broadcast(server);
    }
}


static void
acknowledge(peer_t *peer, server_t *server, unsigned x, unsigned y,
    unsigned color, uint32_t id)
{
    char     text[200];
    size_t   head, len;
    uint8_t  frame[256];

    if (peer->binary) {
        head = bench_ws_server_head(frame, BENCH_WS_BINARY, 17);
        frame[head] = 0x11;
        put(frame + head + 1, id, 4);
        put(frame + head + 5, server->seq, 8);
        put(frame + head + 13, 0, 4);
        (void) bench_conn_send(&peer->conn, frame, head + 17);
        return;
    }

    len = (size_t) snprintf(text, sizeof(text),
                            "{\"type\":\"placed\",\"x\":%u,\"y\":%u,"
                            "\"color\":%u,\"seq\":%llu,\"cooldown\":0,"
                            "\"id\":%u}", x, y, color,
                            (unsigned long long) server->seq, id);
    head = bench_ws_server_head(frame, BENCH_WS_TEXT, len);
    memcpy(frame + head, text, len);
    (void) bench_conn_send(&peer->conn, frame, head + len);
}


static void
collect(server_t *server, unsigned x, unsigned y, unsigned color)
{
    char      text[200];
    size_t    len;
    uint8_t  *record;

    if (server->records_len == 0) {
        server->due = server->loop.now + server->tick;
    }

    record = server->records + server->records_len;
    put(record, x, 2);
    put(record + 2, y, 2);
    put(record + 4, color, 1);
    server->records_len += 5;

    len = (size_t) snprintf(text, sizeof(text),
                            "{\"type\":\"update\",\"x\":%u,\"y\":%u,"
                            "\"color\":%u,\"userId\":\"" USER "\","
                            "\"seq\":%llu}", x, y, color,
                            (unsigned long long) server->seq);
    server->text_len += bench_ws_server_head(server->text + server->text_len,
                                             BENCH_WS_TEXT, len);
    memcpy(server->text + server->text_len, text, len);
    server->text_len += len;
}


static void
broadcast(server_t *server)
{
    size_t         head, n;
    uint8_t       *binary;
    peer_t        *peer;
    unsigned       i;

    binary = NULL;
    n = 0;

    if (server->binaries) {
        binary = malloc(server->records_len + 13);
    }

    if (binary) {
        head = bench_ws_server_head(binary, BENCH_WS_BINARY,
                                    server->records_len + 9);
        binary[head] = 0x01;
        put(binary + head + 1, server->seq, 8);
        memcpy(binary + head + 9, server->records, server->records_len);
        n = head + 9 + server->records_len;
    }

    for (i = server->n; i-- > 0; /* void */) {
        peer = server->peers[i];

        if (!peer->websocket) {
            continue;
        }

        if (peer->binary
            ? binary && bench_conn_send(&peer->conn, binary, n) != 0
            : bench_conn_send(&peer->conn, server->text, server->text_len)
              != 0)
        {
            bench_conn_abort(&peer->conn);
        }
    }

    free(binary);
    server->text_len = 0;
    server->records_len = 0;
}


static void
put(uint8_t *buf, uint64_t value, size_t n)
{
    while (n-- > 0) {
        buf[n] = (uint8_t) value;
        value >>= 8;
    }
}
