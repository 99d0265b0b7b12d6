/*
 * check_ws_stream: long random streams of valid frames, masked, fragmented,
 * with control frames in between, cut at random places: what was put in must
 * come out, and heads that we write must be read back by their length.
 */

#include "check_canvas.h"
#include "canvas_ws.h"

#define CHECK_MESSAGES  1000
#define CHECK_LEN_MAX   300
#define CHECK_STREAM    (2 << 20)

typedef struct {
    canvas_ws_event_t  event;
    size_t             len;
    uint64_t           seed;        /* of its bytes */
} check_message_t;

typedef struct {
    uint8_t          *bytes;
    size_t            len;
    uint64_t          state;
    check_message_t   expected[2 * CHECK_MESSAGES];
    size_t            n;
} check_stream_t;


/* byte number i of a payload: ASCII in text */

static uint8_t
check_stream_byte(uint64_t seed, size_t i, canvas_ws_event_t event)
{
    uint64_t  byte;

    byte = (seed + i * 2654435761U) >> 7;

    return (uint8_t) (event == CANVAS_WS_TEXT ? byte & 0x7f : byte);
}


static void
check_stream_frame(check_stream_t *stream, unsigned first, uint64_t seed,
    canvas_ws_event_t event, size_t from, size_t len)
{
    size_t    i, head;
    uint8_t  *p, mask[4];

    p = stream->bytes + stream->len;
    head = canvas_ws_head(p, 0, len);
    p[0] = (uint8_t) first;
    p[1] |= 0x80;

    for (i = 0; i < 4; i++) {
        mask[i] = (uint8_t) check_random(&stream->state);
    }

    memcpy(p + head, mask, 4);
    p += head + 4;

    for (i = 0; i < len; i++) {
        p[i] = check_stream_byte(seed, from + i, event) ^ mask[i % 4];
    }

    stream->len = (size_t) (p + len - stream->bytes);
}


static void
check_stream_expect(check_stream_t *stream, canvas_ws_event_t event,
    size_t len, uint64_t seed)
{
    stream->expected[stream->n].event = event;
    stream->expected[stream->n].len = len;
    stream->expected[stream->n].seed = seed;
    stream->n++;
}


static void
check_stream_control(check_stream_t *stream)
{
    size_t             len;
    uint64_t           seed;
    canvas_ws_event_t  event;

    seed = check_random(&stream->state);
    len = seed % 126;
    event = seed % 3 ? CANVAS_WS_PING : CANVAS_WS_PONG;

    check_stream_frame(stream, event == CANVAS_WS_PING ? 0x89 : 0x8a, seed,
                       event, 0, len);
    check_stream_expect(stream, event, len, seed);
}


static void
check_stream_message(check_stream_t *stream)
{
    size_t             from, n, len;
    uint64_t           seed;
    unsigned           op;
    canvas_ws_event_t  event;

    seed = check_random(&stream->state);
    len = seed % 256 == 0 ? 65530 + seed % 97 : seed % CHECK_LEN_MAX;
    event = check_random(&stream->state) % 2 ? CANVAS_WS_TEXT
                                             : CANVAS_WS_BINARY;
    op = event == CANVAS_WS_TEXT ? CANVAS_WS_OP_TEXT : CANVAS_WS_OP_BINARY;

    for (from = 0; check_random(&stream->state) % 3 == 0; from += n) {
        n = check_random(&stream->state) % (len - from + 1);
        check_stream_frame(stream, op, seed, event, from, n);
        op = CANVAS_WS_OP_CONTINUATION;

        if (check_random(&stream->state) % 2) {
            check_stream_control(stream);
        }
    }

    check_stream_frame(stream, 0x80 | op, seed, event, from, len - from);
    check_stream_expect(stream, event, len, seed);
}


static void
check_stream_verify(const check_message_t *expected, canvas_ws_event_t event,
    const canvas_ws_message_t *message)
{
    size_t  i;

    ck_assert_int_eq(event, expected->event);
    ck_assert_uint_eq(message->len, expected->len);
    ck_assert_ptr_nonnull(message->data);

    for (i = 0; i < message->len; i++) {

        if (message->data[i]
            != check_stream_byte(expected->seed, i, expected->event))
        {
            ck_abort_msg("byte %zu of %zu differs", i, message->len);
        }
    }
}


/* cut: the most bytes a call gets */

static void
check_stream_feed(check_stream_t *stream, size_t cut)
{
    size_t                n, got;
    uint8_t              *piece;
    canvas_ws_t           ws;
    const uint8_t        *p, *end, *pos;
    canvas_ws_event_t     event;
    canvas_ws_message_t   message;

    memset(&ws, 0, sizeof(ws));
    ws.limit = 70000;
    got = 0;
    end = stream->bytes + stream->len;

    for (p = stream->bytes; p < end; p += n) {
        n = 1 + check_random(&stream->state) % cut;
        n = n > (size_t) (end - p) ? (size_t) (end - p) : n;

        piece = check_copy(p, n);
        pos = piece;

        for ( ;; ) {
            event = canvas_ws_feed(&ws, &pos, piece + n, &message);

            if (event == CANVAS_WS_MORE) {
                break;
            }

            ck_assert_uint_lt(got, stream->n);
            check_stream_verify(&stream->expected[got++], event, &message);

            if (event <= CANVAS_WS_BINARY && got % 2) {
                canvas_ws_release(&ws);
            }
        }

        /* an assertion a byte would be most of the run */
        if (pos != piece + n || ws.size > ws.limit) {
            ck_abort_msg("input left over, or too much memory");
        }

        free(piece);
    }

    ck_assert_uint_eq(got, stream->n);
    ck_assert_int_eq(canvas_ws_partial(&ws), 0);
    canvas_ws_release(&ws);
}


START_TEST(ws_stream)
{
    size_t           i;
    check_stream_t  *stream;

    static const size_t  cuts[] = { 1, 3, 17, 1000, 100000, CHECK_STREAM };

    stream = calloc(1, sizeof(check_stream_t));
    ck_assert_ptr_nonnull(stream);
    stream->bytes = malloc(CHECK_STREAM);
    ck_assert_ptr_nonnull(stream->bytes);
    stream->state = 17;

    while (stream->n < CHECK_MESSAGES
           && stream->len < CHECK_STREAM - (1 << 20))
    {
        check_stream_message(stream);
    }

    ck_assert_uint_ge(stream->n, CHECK_MESSAGES);

    for (i = 0; i < CHECK_N(cuts); i++) {
        check_stream_feed(stream, cuts[i]);
    }

    free(stream->bytes);
    free(stream);
}
END_TEST


/* unmasking at every length and every alignment of source and mask */

START_TEST(ws_unmask)
{
    size_t                len, cut, i;
    uint8_t               bytes[6 + 64];
    const uint8_t        *p;
    canvas_ws_t           ws;
    canvas_ws_message_t   message;

    for (len = 0; len <= 64; len++) {

        for (cut = 0; cut <= len; cut++) {
            memcpy(bytes, "\x82\x80\xa1\xb2\xc3\xd4", 6);
            bytes[1] |= (uint8_t) len;

            for (i = 0; i < len; i++) {
                bytes[6 + i] = (uint8_t) (i * 7) ^ bytes[2 + i % 4];
            }

            memset(&ws, 0, sizeof(ws));
            ws.limit = 64;
            p = bytes;

            if (cut < len) {
                ck_assert_int_eq(canvas_ws_feed(&ws, &p, bytes + 6 + cut,
                                                &message), CANVAS_WS_MORE);
            }

            ck_assert_int_eq(canvas_ws_feed(&ws, &p, bytes + 6 + len,
                                            &message), CANVAS_WS_BINARY);
            ck_assert_uint_eq(message.len, len);

            for (i = 0; i < len; i++) {
                ck_assert_uint_eq(message.data[i], (uint8_t) (i * 7));
            }

            canvas_ws_release(&ws);
        }
    }
}
END_TEST


Suite *
check_ws_stream(void)
{
    const TTest *const  tests[] = { ws_stream, ws_unmask };

    return check_suite("ws_stream", tests, CHECK_N(tests));
}
