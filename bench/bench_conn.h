/*
 * bench_conn: non-blocking TCP connections on one epoll loop: connecting,
 * output that waits for the socket, input with the incomplete rest carried
 * over.  It knows no protocol: a connection's input handler takes what it
 * understands and leaves the rest.
 */

#ifndef BENCH_CONN_H_INCLUDED
#define BENCH_CONN_H_INCLUDED

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

typedef struct bench_loop_s  bench_loop_t;
typedef struct bench_conn_s  bench_conn_t;

typedef struct {
    void (*connected)(bench_conn_t *c);

    /* returns how many bytes were taken; (size_t) -1 closes the connection */
    size_t (*input)(bench_conn_t *c, const uint8_t *data, size_t len);

    /* the peer or an error ended it, or input() refused; fd is still set */
    void (*closed)(bench_conn_t *c);

    /* instead of reading: of a descriptor that is no stream; may be NULL */
    void (*readable)(bench_conn_t *c);
} bench_conn_handlers_t;

struct bench_conn_s {
    int                           fd;       /* -1: not open */
    unsigned                      index;
    bench_loop_t                 *loop;
    const bench_conn_handlers_t  *handlers;
    void                         *data;

    uint8_t                      *rest;     /* input not taken yet */
    size_t                        rest_len;
    size_t                        rest_size;

    uint8_t                      *out;      /* output not sent yet */
    size_t                        out_pos;
    size_t                        out_len;
    size_t                        out_size;

    void                         *tls;      /* of bench_tls, or NULL */

    unsigned                      connecting:1;
    unsigned                      handshaking:1;    /* TLS */
    unsigned                      wants_write:1;
    unsigned                      corked:1; /* send at the end of the turn */
};

struct bench_loop_s {
    int        epoll;
    uint64_t   now;                         /* ns, monotonic */
    uint64_t   received;                    /* bytes */
    uint8_t   *buffer;                      /* one for all reads */
    void      *tls;                         /* clients use it when set */
};

/* nanoseconds of the monotonic clock */
uint64_t bench_now(void);

/* as many descriptors as the system allows; returns the limit */
uint64_t bench_raise_descriptors(void);

/* 0, or -1 with errno */
int bench_loop_init(bench_loop_t *loop);

/* waits at most timeout ns, handles what is ready; 0, or -1 with errno */
int bench_loop_turn(bench_loop_t *loop, uint64_t timeout);

/* starts to connect; 0, or -1 with errno */
int bench_conn_open(bench_conn_t *c, const struct sockaddr_in *address);

/* takes over a socket that was accepted; 0, or -1 with errno */
int bench_conn_adopt(bench_conn_t *c, int fd);

/* calls readable() when fd is; 0, or -1 with errno */
int bench_conn_watch(bench_conn_t *c, int fd);

/* sends now what the socket takes and keeps the rest; 0, or -1: broken */
int bench_conn_send(bench_conn_t *c, const void *data, size_t len);

/* closed() is called, then the connection is closed */
void bench_conn_abort(bench_conn_t *c);

/* without a word to the peer or to closed() */
void bench_conn_close(bench_conn_t *c);

#endif /* BENCH_CONN_H_INCLUDED */
