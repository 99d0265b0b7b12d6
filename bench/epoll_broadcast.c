/*
 * epoll_broadcast: the least a broadcaster of placements can do: an epoll
 * loop, no store, no checks.  It is the reference that the module's acks and
 * fan-out are measured against, and speaks just enough of the protocol
 * (guest, welcome, place, placed, update) for the same generator.
 *
 * An update is encoded once a wire form.  --tick 0 sends every update at once
 * to every socket; with --tick MS the first change after a quiet tick goes at
 * once, then what came meanwhile once a tick, with one send a socket.  With
 * --processes N the sockets are spread by SO_REUSEPORT, and the processes
 * share a floor_log.  It prints its port and runs until standard input ends.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench_conn.h"
#include "bench_ws.h"
#include "floor_log.h"

#define PEERS_MAX   65536
#define TEXT_SIZE   (4 * 1024 * 1024)
#define RECORDS_MAX 32768                   /* bytes in one frame */
#define HEAD_SIZE   16                      /* of a frame of updates */
#define TURN_MAX    1000000000              /* ns */
#define USER        "00000000-0000-4000-8000-000000000000"

typedef struct {
    bench_conn_t  conn;
    unsigned      websocket;
    unsigned      binary;
} peer_t;

typedef struct {
    bench_loop_t  loop;
    unsigned      process;
    floor_log_t  *log;
    uint64_t      seq;                      /* last one collected */
    bench_conn_t  listener;
    bench_conn_t  waker;
    bench_conn_t  input;
    peer_t       *peers[PEERS_MAX];         /* the open ones, packed */
    unsigned      n;
    unsigned      binaries;
    unsigned      ended;
    uint64_t      tick;                     /* ns */
    uint64_t      due;                      /* before it nothing goes out */
    uint8_t      *text;                     /* frames of the batch */
    size_t        text_len;
    uint8_t      *records;                  /* HEAD_SIZE, 5 bytes a change */
    size_t        records_len;
} server_t;


static unsigned option(int argc, char **argv, const char *name,
    unsigned value);
static int server_prepare(server_t *server, unsigned process, int *fds);
static int server_run(server_t *server);
static int server_listen(unsigned *port);
static void accept_all(bench_conn_t *c);
static void awake(bench_conn_t *c);
static void input_ended(bench_conn_t *c);
static void no_connect(bench_conn_t *c);
static size_t input(bench_conn_t *c, const uint8_t *data, size_t len);
static void closed(bench_conn_t *c);
static size_t take_request(peer_t *peer, server_t *server,
    const uint8_t *data, size_t len);
static size_t take_frame(peer_t *peer, server_t *server, const uint8_t *data,
    size_t len);
static void place(peer_t *peer, server_t *server, bench_ws_frame_t *frame);
static void acknowledge(peer_t *peer, uint64_t seq, floor_change_t change,
    uint32_t id);
static void collect_all(server_t *server);
static void collect(server_t *server, floor_change_t change);
static void broadcast(server_t *server);
static uint8_t *binary_frame(server_t *server, size_t *len);
static void put(uint8_t *buf, uint64_t value, size_t n);


static const bench_conn_handlers_t  handlers = {
    no_connect, input, closed, NULL
};

static const bench_conn_handlers_t  on_accept = {
    no_connect, input, closed, accept_all
};

static const bench_conn_handlers_t  on_wake = {
    no_connect, input, closed, awake
};

static const bench_conn_handlers_t  on_input = {
    no_connect, input, closed, input_ended
};


int
main(int argc, char **argv)
{
    int           fds[FLOOR_PROCESSES_MAX], rc;
    unsigned      i, port, processes;
    server_t     *server;
    floor_log_t  *log;

    processes = option(argc, argv, "--processes", 1);
    server = calloc(1, sizeof(server_t));
    log = NULL;
    port = 0;

    if (option(argc, argv, "--tick", (unsigned) -1) == (unsigned) -1
        || processes == 0 || processes > FLOOR_PROCESSES_MAX)
    {
        fprintf(stderr, "usage: %s --tick MS [--processes N]\n", argv[0]);
        return 2;
    }

    if (server == NULL || (log = floor_log_new(processes)) == NULL) {
        goto failed;
    }

    (void) bench_raise_descriptors();

    for (i = 0; i < processes; i++) {
        fds[i] = server_listen(&port);

        if (fds[i] == -1) {
            goto failed;
        }
    }

    for (i = 1; i < processes && fork() != 0; i++) { /* void */ }

    i %= processes;                         /* the parent is the first */
    server->log = log;
    server->tick = option(argc, argv, "--tick", 0) * 1000000ull;

    if (server_prepare(server, i, fds) != 0) {
        goto failed;
    }

    if (i == 0) {
        printf("%u\n", port);
        fflush(stdout);
    }

    rc = server_run(server);

    while (i == 0 && wait(NULL) > 0) { /* void */ }

    return rc;

failed:

    fprintf(stderr, "epoll_broadcast: %s\n", strerror(errno));

    return 1;
}


static unsigned
option(int argc, char **argv, const char *name, unsigned value)
{
    int  i;

    for (i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], name) == 0) {
            return (unsigned) strtoul(argv[i + 1], NULL, 10);
        }
    }

    return value;
}


/* a process keeps its own listener alone */
static int
server_prepare(server_t *server, unsigned process, int *fds)
{
    unsigned  i;

    server->process = process;
    server->listener.handlers = &on_accept;
    server->waker.handlers = &on_wake;
    server->input.handlers = &on_input;
    server->text = malloc(TEXT_SIZE);
    server->records = malloc(HEAD_SIZE + RECORDS_MAX + 5);

    if (server->text == NULL || server->records == NULL
        || bench_loop_init(&server->loop) != 0)
    {
        return -1;
    }

    for (i = 0; i < server->log->processes; i++) {
        if (i != process) {
            close(fds[i]);
        }
    }

    server->listener.data = server;
    server->waker.data = server;
    server->input.data = server;
    server->listener.loop = &server->loop;
    server->waker.loop = &server->loop;
    server->input.loop = &server->loop;

    return bench_conn_watch(&server->listener, fds[process])
           | bench_conn_watch(&server->waker, server->log->wake[process])
           | bench_conn_watch(&server->input, STDIN_FILENO);
}


static int
server_run(server_t *server)
{
    uint64_t  timeout;

    while (!server->ended) {
        timeout = TURN_MAX;

        if (server->records_len) {
            timeout = server->due > server->loop.now
                      ? server->due - server->loop.now : 0;
        }

        if (bench_loop_turn(&server->loop, timeout) != 0) {
            return 1;
        }

        collect_all(server);

        if (server->records_len && server->loop.now >= server->due) {
            broadcast(server);
        }
    }

    return 0;
}


/* the first call chooses the port */
static int
server_listen(unsigned *port)
{
    int                 fd, one;
    socklen_t           len;
    struct sockaddr_in  address;

    one = 1;
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t) *port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    len = sizeof(address);

    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd == -1
        || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) != 0
        || bind(fd, (struct sockaddr *) &address, len) != 0
        || listen(fd, 4096) != 0
        || getsockname(fd, (struct sockaddr *) &address, &len) != 0)
    {
        return -1;
    }

    *port = ntohs(address.sin_port);

    return fd;
}


static void
accept_all(bench_conn_t *c)
{
    int        fd;
    peer_t    *peer;
    server_t  *server;

    server = c->data;

    while (server->n < PEERS_MAX) {
        fd = accept4(c->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
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


static void
awake(bench_conn_t *c)
{
    server_t  *server;

    server = c->data;
    floor_log_awake(server->log, server->process);
}


static void
input_ended(bench_conn_t *c)
{
    char       byte;
    server_t  *server;

    server = c->data;
    server->ended = read(c->fd, &byte, 1) <= 0;
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

    if (server->records_len) {
        broadcast(server);                  /* not to whom it is not for */
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
    char            text[256];
    size_t          i, len;
    unsigned        x, y, color, id;
    floor_change_t  change;

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

    change.x = (uint16_t) x;
    change.y = (uint16_t) y;
    change.color = (uint8_t) color;

    acknowledge(peer, floor_log_append(server->log, server->process, change),
                change, id);

    if (server->tick == 0) {
        collect_all(server);
    }
}


static void
acknowledge(peer_t *peer, uint64_t seq, floor_change_t change, uint32_t id)
{
    char     text[200];
    size_t   head, len;
    uint8_t  frame[256];

    if (peer->binary) {
        head = bench_ws_server_head(frame, BENCH_WS_BINARY, 17);
        frame[head] = 0x11;
        put(frame + head + 1, id, 4);
        put(frame + head + 5, seq, 8);
        put(frame + head + 13, 0, 4);
        (void) bench_conn_send(&peer->conn, frame, head + 17);
        return;
    }

    len = (size_t) snprintf(text, sizeof(text),
                            "{\"type\":\"placed\",\"x\":%u,\"y\":%u,"
                            "\"color\":%u,\"seq\":%llu,\"cooldown\":0,"
                            "\"id\":%u}", change.x, change.y, change.color,
                            (unsigned long long) seq, id);
    head = bench_ws_server_head(frame, BENCH_WS_TEXT, len);
    memcpy(frame + head, text, len);
    (void) bench_conn_send(&peer->conn, frame, head + len);
}


/* what all processes have appended since */
static void
collect_all(server_t *server)
{
    int             found;
    floor_change_t  change;

    for ( ;; ) {
        found = floor_log_get(server->log, server->seq + 1, &change);

        if (found == 0) {
            return;
        }

        if (found == -1) {
            fprintf(stderr, "epoll_broadcast: too far behind\n");
            exit(1);
        }

        server->seq++;
        collect(server, change);

        if (server->tick == 0 || server->records_len >= RECORDS_MAX) {
            broadcast(server);
        }
    }
}


static void
collect(server_t *server, floor_change_t change)
{
    char      text[200];
    size_t    len;
    uint8_t  *record;

    record = server->records + HEAD_SIZE + server->records_len;
    put(record, change.x, 2);
    put(record + 2, change.y, 2);
    put(record + 4, change.color, 1);
    server->records_len += 5;

    if (server->binaries == server->n) {
        return;
    }

    len = (size_t) snprintf(text, sizeof(text),
                            "{\"type\":\"update\",\"x\":%u,\"y\":%u,"
                            "\"color\":%u,\"userId\":\"" USER "\","
                            "\"seq\":%llu}", change.x, change.y,
                            change.color, (unsigned long long) server->seq);
    server->text_len += bench_ws_server_head(server->text + server->text_len,
                                             BENCH_WS_TEXT, len);
    memcpy(server->text + server->text_len, text, len);
    server->text_len += len;
}


static void
broadcast(server_t *server)
{
    size_t    n;
    peer_t   *peer;
    uint8_t  *binary;
    unsigned  i;

    binary = binary_frame(server, &n);

    for (i = server->n; i-- > 0; /* void */) {
        peer = server->peers[i];

        if (peer->websocket
            && (peer->binary ? bench_conn_send(&peer->conn, binary, n)
                             : bench_conn_send(&peer->conn, server->text,
                                               server->text_len)) != 0)
        {
            bench_conn_abort(&peer->conn);
        }
    }

    server->text_len = 0;
    server->records_len = 0;
    server->due = server->loop.now + server->tick;
}


/* the records with their head before them, in place */
static uint8_t *
binary_frame(server_t *server, size_t *len)
{
    size_t    head;
    uint8_t  *frame;

    head = server->records_len + 9 < 126 ? 2 : 4;
    frame = server->records + HEAD_SIZE - 9 - head;

    (void) bench_ws_server_head(frame, BENCH_WS_BINARY,
                                server->records_len + 9);
    frame[head] = 0x01;
    put(frame + head + 1, server->seq, 8);
    *len = head + 9 + server->records_len;

    return frame;
}


static void
put(uint8_t *buf, uint64_t value, size_t n)
{
    while (n-- > 0) {
        buf[n] = (uint8_t) value;
        value >>= 8;
    }
}
