/*
 * bench_tls: OpenSSL beneath a client connection of bench_conn, with the
 * return values of send() and recv().  The certificate of the server is not
 * verified: it was made for the run.
 */

#ifndef BENCH_TLS_H_INCLUDED
#define BENCH_TLS_H_INCLUDED

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* what all connections share; NULL: no memory */
void *bench_tls_context(void);

/* a client's end on a connected socket; NULL: no memory */
void *bench_tls_new(void *context, int fd);
void bench_tls_free(void *tls);

/* 1: done, 0: again when the socket is ready, -1: failed */
int bench_tls_handshake(void *tls);

/*
 * As many whole records as there are and fit; size is at least that of one
 * record (16 KiB), so nothing stays behind that epoll would not tell of.
 * 0: the peer closed; -1 with errno
 */
ssize_t bench_tls_receive(void *tls, uint8_t *buf, size_t size);

/* -1 with errno; after EAGAIN the same bytes have to come first again */
ssize_t bench_tls_send(void *tls, const void *data, size_t len);

#endif /* BENCH_TLS_H_INCLUDED */
