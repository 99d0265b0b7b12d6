/*
 * bench_conn: see bench_conn.h.  One large buffer serves all reads: the rest
 * a connection left is put before the new bytes, so that an input handler
 * always sees whole messages or the beginning of one.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench_conn.h"
#include "bench_tls.h"

#define EVENTS      512
#define READ_SIZE   (256 * 1024)
#define REST_MAX    (1024 * 1024)   /* no message is longer */
#define OUT_MAX     (8 * 1024 * 1024)   /* who does not read is dropped */


static void serve(bench_conn_t *c, unsigned events);
static void finish_connect(bench_conn_t *c);
static void handshake(bench_conn_t *c);
static ssize_t receive(bench_conn_t *c, uint8_t *buf, size_t size);
static ssize_t transmit(bench_conn_t *c, const void *data, size_t len);
static void read_input(bench_conn_t *c);
static int keep_rest(bench_conn_t *c, const uint8_t *data, size_t len);
static int flush(bench_conn_t *c);
static int keep_output(bench_conn_t *c, const uint8_t *data, size_t len);
static int watch_write(bench_conn_t *c, unsigned on);


uint64_t
bench_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000000 + (uint64_t) ts.tv_nsec;
}


uint64_t
bench_raise_descriptors(void)
{
    struct rlimit  limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 0;
    }

    limit.rlim_cur = limit.rlim_max;
    (void) setrlimit(RLIMIT_NOFILE, &limit);

    return limit.rlim_cur;
}


int
bench_loop_init(bench_loop_t *loop)
{
    memset(loop, 0, sizeof(*loop));

    loop->now = bench_now();
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->buffer = malloc(REST_MAX + READ_SIZE);

    return loop->epoll == -1 || loop->buffer == NULL ? -1 : 0;
}


int
bench_loop_turn(bench_loop_t *loop, uint64_t timeout)
{
    int                 i, n;
    bench_conn_t       *c;
    struct timespec     ts;
    struct epoll_event  events[EVENTS];

    ts.tv_sec = (time_t) (timeout / 1000000000);
    ts.tv_nsec = (long) (timeout % 1000000000);

    n = epoll_pwait2(loop->epoll, events, EVENTS, &ts, NULL);

    loop->now = bench_now();

    if (n == -1) {
        return errno == EINTR ? 0 : -1;
    }

    for (i = 0; i < n; i++) {
        c = events[i].data.ptr;

        if (c->fd == -1) {
            continue;               /* closed earlier in this turn */
        }

        serve(c, events[i].events);
    }

    return 0;
}


int
bench_conn_open(bench_conn_t *c, const struct sockaddr_in *address)
{
    int                 one;
    struct epoll_event  event;

    one = 1;

    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd == -1) {
        return -1;
    }

    (void) setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));

    if (connect(c->fd, (const struct sockaddr *) address, sizeof(*address))
        == -1 && errno != EINPROGRESS)
    {
        goto failed;
    }

    c->connecting = 1;
    c->wants_write = 1;
    event.events = EPOLLIN | EPOLLOUT;
    event.data.ptr = c;

    if (epoll_ctl(c->loop->epoll, EPOLL_CTL_ADD, c->fd, &event) == -1) {
        goto failed;
    }

    return 0;

failed:

    close(c->fd);
    c->fd = -1;

    return -1;
}


int
bench_conn_adopt(bench_conn_t *c, int fd)
{
    int  one;

    one = 1;
    (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));

    return bench_conn_watch(c, fd);
}


int
bench_conn_watch(bench_conn_t *c, int fd)
{
    struct epoll_event  event;

    event.events = EPOLLIN;
    event.data.ptr = c;

    if (epoll_ctl(c->loop->epoll, EPOLL_CTL_ADD, fd, &event) == -1) {
        return -1;
    }

    c->fd = fd;

    return 0;
}


int
bench_conn_send(bench_conn_t *c, const void *data, size_t len)
{
    ssize_t  n;

    n = 0;

    if (c->out_len == 0 && !c->corked) {
        n = transmit(c, data, len);

        if (n == (ssize_t) len) {
            return 0;
        }

        if (n == -1) {
            if (errno != EAGAIN && errno != EINTR) {
                return -1;
            }

            n = 0;
        }
    }

    if (keep_output(c, (const uint8_t *) data + n, len - (size_t) n) != 0) {
        return -1;
    }

    return c->corked ? 0 : watch_write(c, 1);
}


void
bench_conn_close(bench_conn_t *c)
{
    if (c->tls) {
        bench_tls_free(c->tls);
        c->tls = NULL;
    }

    if (c->fd != -1) {
        close(c->fd);
        c->fd = -1;
    }

    free(c->rest);
    free(c->out);

    c->rest = NULL;
    c->rest_len = 0;
    c->rest_size = 0;
    c->out = NULL;
    c->out_pos = 0;
    c->out_len = 0;
    c->out_size = 0;
    c->connecting = 0;
    c->handshaking = 0;
    c->wants_write = 0;
}


void
bench_conn_abort(bench_conn_t *c)
{
    c->handlers->closed(c);
    bench_conn_close(c);
}


static void
serve(bench_conn_t *c, unsigned events)
{
    if (c->connecting) {
        finish_connect(c);
        return;
    }

    if (c->handlers->readable) {
        c->handlers->readable(c);
        return;
    }

    if (c->handshaking) {
        handshake(c);
        return;
    }

    if ((events & EPOLLOUT) && flush(c) != 0) {
        bench_conn_abort(c);
        return;
    }

    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        read_input(c);
    }
}


static void
finish_connect(bench_conn_t *c)
{
    int        error;
    socklen_t  len;

    len = sizeof(error);

    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0
        || error != 0)
    {
        bench_conn_abort(c);
        return;
    }

    c->connecting = 0;

    if (watch_write(c, 0) != 0) {
        bench_conn_abort(c);
        return;
    }

    if (c->loop->tls == NULL) {
        c->handlers->connected(c);
        return;
    }

    c->tls = bench_tls_new(c->loop->tls, c->fd);

    if (c->tls == NULL) {
        bench_conn_abort(c);
        return;
    }

    c->handshaking = 1;
    handshake(c);
}


static void
handshake(bench_conn_t *c)
{
    switch (bench_tls_handshake(c->tls)) {

    case 0:
        return;

    case 1:
        c->handshaking = 0;
        c->handlers->connected(c);
        return;

    default:
        bench_conn_abort(c);
    }
}


static ssize_t
receive(bench_conn_t *c, uint8_t *buf, size_t size)
{
    return c->tls ? bench_tls_receive(c->tls, buf, size)
                  : recv(c->fd, buf, size, 0);
}


static ssize_t
transmit(bench_conn_t *c, const void *data, size_t len)
{
    return c->tls ? bench_tls_send(c->tls, data, len)
                  : send(c->fd, data, len, MSG_NOSIGNAL);
}


static void
read_input(bench_conn_t *c)
{
    size_t    len, taken;
    ssize_t   n;
    uint8_t  *buffer;

    buffer = c->loop->buffer;
    len = c->rest_len;

    n = receive(c, buffer + len, READ_SIZE);

    if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }

    if (n <= 0) {
        bench_conn_abort(c);
        return;
    }

    if (len > 0) {
        memcpy(buffer, c->rest, len);
    }

    c->loop->received += (uint64_t) n;
    c->corked = 1;
    len += (size_t) n;

    taken = c->handlers->input(c, buffer, len);

    c->corked = 0;

    if (c->fd == -1) {
        return;
    }

    if (taken == (size_t) -1
        || keep_rest(c, buffer + taken, len - taken) != 0
        || flush(c) != 0)
    {
        bench_conn_abort(c);
    }
}


static int
keep_rest(bench_conn_t *c, const uint8_t *data, size_t len)
{
    uint8_t  *rest;

    if (len > REST_MAX) {
        return -1;
    }

    if (len > c->rest_size) {
        rest = realloc(c->rest, len);
        if (rest == NULL) {
            return -1;
        }

        c->rest = rest;
        c->rest_size = len;
    }

    if (len > 0) {
        memcpy(c->rest, data, len);
    }

    c->rest_len = len;

    return 0;
}


static int
flush(bench_conn_t *c)
{
    ssize_t  n;

    while (c->out_pos < c->out_len) {
        n = transmit(c, c->out + c->out_pos, c->out_len - c->out_pos);

        if (n == -1) {
            return errno == EAGAIN || errno == EINTR ? watch_write(c, 1) : -1;
        }

        c->out_pos += (size_t) n;
    }

    c->out_pos = 0;
    c->out_len = 0;

    return watch_write(c, 0);
}


static int
keep_output(bench_conn_t *c, const uint8_t *data, size_t len)
{
    size_t    size;
    uint8_t  *out;

    if (c->out_len + len > OUT_MAX) {
        return -1;
    }

    if (c->out_len + len > c->out_size) {
        size = (c->out_len + len) * 2;
        out = realloc(c->out, size);

        if (out == NULL) {
            return -1;
        }

        c->out = out;
        c->out_size = size;
    }

    memcpy(c->out + c->out_len, data, len);
    c->out_len += len;

    return 0;
}


static int
watch_write(bench_conn_t *c, unsigned on)
{
    struct epoll_event  event;

    if (c->wants_write == on) {
        return 0;
    }

    event.events = on ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.ptr = c;
    c->wants_write = on & 1;

    return epoll_ctl(c->loop->epoll, EPOLL_CTL_MOD, c->fd, &event);
}
