/*
 * check_deflate: batches through canvas_deflate, read back by one zlib stream
 * a receiver, whose window lives on from batch to batch as RFC 7692 has it.
 */

#include "check_canvas.h"
#include "canvas_deflate.h"
#include "canvas_ws.h"

#include <stdio.h>
#include <zlib.h>

#define CHECK_BATCH     65536
#define CHECK_MESSAGES  200

/* what a receiver has: a window of the agreed size */
typedef struct {
    z_stream  stream;
} check_receiver_t;


static void
check_receiver_open(check_receiver_t *receiver)
{
    memset(receiver, 0, sizeof(check_receiver_t));
    ck_assert_int_eq(inflateInit2(&receiver->stream, -CANVAS_DEFLATE_BITS),
                     Z_OK);
}


/* section 7.2.2: the tail is put back */

static size_t
check_receiver_read(check_receiver_t *receiver, const uint8_t *data,
    size_t len, uint8_t *out, size_t size)
{
    int       rc;
    uint8_t  *input;

    input = malloc(len + 4);
    ck_assert_ptr_nonnull(input);
    memcpy(input, data, len);
    memcpy(input + len, "\x00\x00\xff\xff", 4);

    receiver->stream.next_in = input;
    receiver->stream.avail_in = (uInt) len + 4;
    receiver->stream.next_out = out;
    receiver->stream.avail_out = (uInt) size;

    rc = inflate(&receiver->stream, Z_SYNC_FLUSH);
    ck_assert(rc == Z_OK || rc == Z_BUF_ERROR);
    ck_assert_uint_eq(receiver->stream.avail_in, 0);
    free(input);

    return size - receiver->stream.avail_out;
}


/* length of a frame with its head; payload begins at *head */

static size_t
check_frame(const uint8_t *frame, size_t *head)
{
    size_t  len;

    len = frame[1] & 0x7f;
    *head = 2;

    if (len == 126) {
        len = (size_t) frame[2] << 8 | frame[3];
        *head = 4;

    } else if (len == 127) {
        len = (size_t) frame[6] << 24 | (size_t) frame[7] << 16
              | (size_t) frame[8] << 8 | frame[9];
        *head = 10;
    }

    return *head + len;
}


/* every message of the batch comes back as it was, in order */

static void
check_same(check_receiver_t *receiver, const uint8_t *batch, size_t len,
    const uint8_t *packed, size_t packed_len)
{
    size_t   pos, at, head, packed_head, n, packed_n;
    uint8_t  out[CHECK_BATCH];

    at = 0;

    for (pos = 0; pos < len; pos += n) {
        n = check_frame(batch + pos, &head);

        ck_assert_uint_lt(at, packed_len);
        packed_n = check_frame(packed + at, &packed_head);
        ck_assert_uint_le(at + packed_n, packed_len);

        /* RSV1, FIN and the same opcode */
        ck_assert_uint_eq(packed[at], batch[pos] | 0x40);

        ck_assert_uint_eq(check_receiver_read(receiver,
                                              packed + at + packed_head,
                                              packed_n - packed_head, out,
                                              sizeof(out)),
                          n - head);
        ck_assert_mem_eq(out, batch + pos + head, n - head);

        at += packed_n;
    }

    ck_assert_uint_eq(at, packed_len);
}


static size_t
check_deflate_text(uint8_t *p, uint64_t *random, unsigned long seq)
{
    int     n;
    char    text[256];
    size_t  head;

    n = snprintf(text, sizeof(text), "{\"type\":\"update\",\"x\":%u,\"y\":%u,"
                 "\"color\":%u,\"userId\":\"%08x-0000-4000-8000-%012x\","
                 "\"seq\":%lu}", (unsigned) (check_random(random) % 500),
                 (unsigned) (check_random(random) % 500),
                 (unsigned) (check_random(random) % 16),
                 (unsigned) (check_random(random) % 50),
                 (unsigned) check_random(random), seq);

    head = canvas_ws_head(p, CANVAS_WS_OP_TEXT, (size_t) n);
    memcpy(p + head, text, (size_t) n);

    return head + (size_t) n;
}


START_TEST(test_batches)
{
    size_t             i, k, n, len, size, packed_len;
    uint8_t            batch[CHECK_BATCH], *packed;
    uint64_t           random = 7;
    canvas_deflate_t  *deflate;
    check_receiver_t   all, late;

    deflate = canvas_deflate_create();
    ck_assert_ptr_nonnull(deflate);

    check_receiver_open(&all);
    check_receiver_open(&late);

    for (i = 0; i < 100; i++) {
        n = 1 + check_random(&random) % CHECK_MESSAGES;
        len = 0;

        for (k = 0; k < n; k++) {
            len += check_deflate_text(batch + len, &random,
                                      i * CHECK_MESSAGES + k);
        }

        size = canvas_deflate_bound(len, n);
        packed = malloc(size);
        packed_len = canvas_deflate_batch(deflate, batch, len, packed, size);

        ck_assert_uint_gt(packed_len, 0);
        ck_assert_uint_lt(packed_len, len);

        check_same(&all, batch, len, packed, packed_len);

        /* somebody to whom every other batch was not sent, or plain */
        if (i % 2) {
            check_same(&late, batch, len, packed, packed_len);
        }

        free(packed);
    }

    inflateEnd(&all.stream);
    inflateEnd(&late.stream);
    canvas_deflate_free(deflate);
}
END_TEST


START_TEST(test_what_does_not_shrink)
{
    size_t             i, head, len;
    uint8_t            batch[300], packed[1000];
    uint64_t           random = 3;
    canvas_deflate_t  *deflate;

    deflate = canvas_deflate_create();

    for (len = 0; len < 200; len++) {
        head = canvas_ws_head(batch, CANVAS_WS_OP_BINARY, len);

        for (i = 0; i < len; i++) {
            batch[head + i] = (uint8_t) (check_random(&random) >> 20);
        }

        ck_assert_uint_eq(canvas_deflate_batch(deflate, batch, head + len,
                                               packed, sizeof(packed)), 0);
    }

    canvas_deflate_free(deflate);
}
END_TEST


START_TEST(test_large_messages)
{
    size_t             i, head, size, packed_len;
    uint8_t           *batch, *packed;
    uint64_t           random = 11;
    canvas_deflate_t  *deflate;
    check_receiver_t   receiver;

    batch = malloc(CHECK_BATCH);
    size = canvas_deflate_bound(CHECK_BATCH, 1);
    packed = malloc(size);
    deflate = canvas_deflate_create();
    check_receiver_open(&receiver);

    /* records repeat at distances within and beyond the window */
    head = canvas_ws_head(batch, CANVAS_WS_OP_BINARY, 60000);

    for (i = 0; i < 60000; i++) {
        batch[head + i] = (uint8_t) (i < 5000 ? check_random(&random)
                                     : batch[head + i - (i / 1000 % 2 ? 5000
                                                          : 3000)]);
    }

    packed_len = canvas_deflate_batch(deflate, batch, head + 60000, packed,
                                      size);
    ck_assert_uint_gt(packed_len, 0);
    check_same(&receiver, batch, head + 60000, packed, packed_len);

    inflateEnd(&receiver.stream);
    canvas_deflate_free(deflate);
    free(packed);
    free(batch);
}
END_TEST


/* no room, half a frame: nothing, and the next batch is right again */

START_TEST(test_refusals)
{
    size_t             i, len, packed_len;
    uint8_t            batch[4096], packed[8192];
    uint64_t           random = 5;
    canvas_deflate_t  *deflate;
    check_receiver_t   receiver;

    deflate = canvas_deflate_create();
    check_receiver_open(&receiver);
    len = 0;

    for (i = 0; i < 20; i++) {
        len += check_deflate_text(batch + len, &random, i);
    }

    for (i = 0; i < 300; i++) {
        ck_assert_uint_eq(canvas_deflate_batch(deflate, batch, len, packed,
                                               i), 0);
    }

    for (i = 1; i < 100; i++) {
        ck_assert_uint_eq(canvas_deflate_batch(deflate, batch, len - i,
                                               packed, sizeof(packed)), 0);
    }

    packed_len = canvas_deflate_batch(deflate, batch, len, packed,
                                      sizeof(packed));
    ck_assert_uint_gt(packed_len, 0);
    check_same(&receiver, batch, len, packed, packed_len);

    inflateEnd(&receiver.stream);
    canvas_deflate_free(deflate);
}
END_TEST


Suite *
check_deflate(void)
{
    const TTest *const  tests[] = {
        test_batches, test_what_does_not_shrink, test_large_messages,
        test_refusals
    };

    return check_suite("deflate", tests, CHECK_N(tests));
}
