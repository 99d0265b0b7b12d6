/*
 * bench_tls: see bench_tls.h.
 */

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "bench_tls.h"

#define RECORD_MAX  16384


static ssize_t failed(SSL *ssl, int n);


void *
bench_tls_context(void)
{
    SSL_CTX  *context;

    context = SSL_CTX_new(TLS_client_method());

    if (context) {
        SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE
                                  | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                                  | SSL_MODE_RELEASE_BUFFERS);
    }

    return context;
}


void *
bench_tls_new(void *context, int fd)
{
    SSL  *ssl;

    ssl = SSL_new(context);

    if (ssl && SSL_set_fd(ssl, fd) != 1) {
        SSL_free(ssl);
        return NULL;
    }

    return ssl;
}


void
bench_tls_free(void *tls)
{
    SSL_free(tls);
}


int
bench_tls_handshake(void *tls)
{
    int  n;

    ERR_clear_error();
    n = SSL_connect(tls);

    if (n == 1) {
        return 1;
    }

    return failed(tls, n) == -1 && errno == EAGAIN ? 0 : -1;
}


ssize_t
bench_tls_receive(void *tls, uint8_t *buf, size_t size)
{
    int      n;
    ssize_t  total;

    total = 0;
    ERR_clear_error();

    while (size - (size_t) total >= RECORD_MAX) {
        n = SSL_read(tls, buf + total, (int) (size - (size_t) total));

        if (n <= 0) {
            return total > 0 ? total : failed(tls, n);
        }

        total += n;
    }

    return total;
}


ssize_t
bench_tls_send(void *tls, const void *data, size_t len)
{
    int  n;

    ERR_clear_error();
    n = SSL_write(tls, data, (int) len);

    return n > 0 ? n : failed(tls, n);
}


/* 0: closed, -1 with errno */
static ssize_t
failed(SSL *ssl, int n)
{
    switch (SSL_get_error(ssl, n)) {

    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        errno = EAGAIN;
        return -1;

    case SSL_ERROR_ZERO_RETURN:
        return 0;

    default:
        errno = EPROTO;
        return -1;
    }
}
