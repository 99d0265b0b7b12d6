/*
 * check_ws: RFC 6455 rule by rule: what is taken, what is refused with which
 * close code and at which byte, limits, memory, and the heads that we write.
 */

#include "check_canvas.h"
#include "canvas_ws.h"

#define CHECK_LIMIT  4096


/* feeds n bytes one at a time; the first event that is not MORE */

static canvas_ws_event_t
check_ws_bytes(canvas_ws_t *ws, const void *bytes, size_t n,
    canvas_ws_message_t *message, size_t *taken)
{
    size_t              i;
    uint8_t             byte;
    const uint8_t      *p;
    canvas_ws_event_t   event;

    event = CANVAS_WS_MORE;

    for (i = 0; i < n && event == CANVAS_WS_MORE; i++) {
        byte = ((const uint8_t *) bytes)[i];
        p = &byte;
        event = canvas_ws_feed(ws, &p, &byte + 1, message);
        ck_assert(p == &byte + 1 || event == CANVAS_WS_FAIL);
    }

    *taken = i;

    return event;
}


static canvas_ws_event_t
check_ws_whole(canvas_ws_t *ws, const void *bytes, size_t n,
    canvas_ws_message_t *message)
{
    uint8_t            *copy;
    const uint8_t      *p;
    canvas_ws_event_t   event;

    copy = check_copy(bytes, n);
    p = copy;
    event = canvas_ws_feed(ws, &p, copy + n, message);
    ck_assert(p >= copy && p <= copy + n);
    free(copy);

    return event;
}


/* the same frame is to fail whole and in bytes, and at byte number bad */

static void
check_ws_fails(const char *what, const void *bytes, size_t n, size_t bad,
    unsigned code)
{
    size_t               taken;
    canvas_ws_t          ws;
    canvas_ws_message_t  message;

    memset(&ws, 0, sizeof(ws));
    ws.limit = CHECK_LIMIT;

    ck_assert_msg(check_ws_whole(&ws, bytes, n, &message) == CANVAS_WS_FAIL,
                  "%s: taken", what);
    ck_assert_msg(message.close == code, "%s: %u", what, message.close);
    canvas_ws_release(&ws);

    memset(&ws, 0, sizeof(ws));
    ws.limit = CHECK_LIMIT;

    ck_assert_int_eq(check_ws_bytes(&ws, bytes, n, &message, &taken),
                     CANVAS_WS_FAIL);
    ck_assert_uint_eq(message.close, code);
    ck_assert_msg(taken == bad, "%s: at %zu, not %zu", what, taken, bad);
    canvas_ws_release(&ws);
}

#define MASK  "\x00\x00\x00\x00"

#define check_bytes(s)  s, sizeof(s) - 1


/* "Hello" compressed: f2 48 cd c9 c9 07 00 */

START_TEST(ws_compressed)
{
    size_t               i, taken;
    canvas_ws_t          ws;
    canvas_ws_event_t    event;
    canvas_ws_message_t  message;

    static const struct {
        const char         *bytes;
        size_t              n;
        canvas_ws_event_t   event;
        const char         *text;
        unsigned            code;
    } cases[] = {
        { check_bytes("\xc1\x87" MASK "\xf2\x48\xcd\xc9\xc9\x07\x00"),
          CANVAS_WS_TEXT, "Hello", 0 },
        { check_bytes("\xc2\x87" MASK "\xf2\x48\xcd\xc9\xc9\x07\x00"),
          CANVAS_WS_BINARY, "Hello", 0 },
        { check_bytes("\xc1\x81" MASK "\x00"), CANVAS_WS_TEXT, "", 0 },
        { check_bytes("\xc1\x80" MASK), CANVAS_WS_TEXT, "", 0 },
        { check_bytes("\x41\x83" MASK "\xf2\x48\xcd"
                      "\x80\x84" MASK "\xc9\xc9\x07\x00"),
          CANVAS_WS_TEXT, "Hello", 0 },
        { check_bytes("\x41\x80" MASK "\x00\x87" MASK
                      "\xf2\x48\xcd\xc9\xc9\x07\x00" "\x80\x80" MASK),
          CANVAS_WS_TEXT, "Hello", 0 },
        { check_bytes("\x81\x81" MASK "a"), CANVAS_WS_TEXT, "a", 0 },
        /* stored: ff, which is no UTF-8, and the first byte of two */
        { check_bytes("\xc1\x87" MASK "\x00\x01\x00\xfe\xff\xff\x00"),
          CANVAS_WS_FAIL, NULL, 1007 },
        { check_bytes("\xc1\x87" MASK "\x00\x01\x00\xfe\xff\xc3\x00"),
          CANVAS_WS_FAIL, NULL, 1007 },
        { check_bytes("\xc2\x87" MASK "\x00\x01\x00\xfe\xff\xff\x00"),
          CANVAS_WS_BINARY, "\xff", 0 },
        { check_bytes("\xc1\x81" MASK "\xff"), CANVAS_WS_FAIL, NULL, 1007 },
        /* 33 bytes of zero */
        { check_bytes("\xc2\x84" MASK "\x62\x20\x1d\x00"), CANVAS_WS_FAIL,
          NULL, 1009 },
        { check_bytes("\xc2\xe5" MASK), CANVAS_WS_FAIL, NULL, 1009 },
        { check_bytes("\x41\x80" MASK "\xc0\x80" MASK), CANVAS_WS_FAIL, NULL,
          1002 },
        { check_bytes("\xc9\x80" MASK), CANVAS_WS_FAIL, NULL, 1002 },
        { check_bytes("\xc8\x80" MASK), CANVAS_WS_FAIL, NULL, 1002 },
        { check_bytes("\xe1\x80" MASK), CANVAS_WS_FAIL, NULL, 1002 },
        { check_bytes("\xd1\x80" MASK), CANVAS_WS_FAIL, NULL, 1002 },
        { check_bytes("\xc0\x80" MASK), CANVAS_WS_FAIL, NULL, 1002 }
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        memset(&ws, 0, sizeof(ws));
        ws.limit = 32;
        ws.inflate = canvas_inflate_create();

        event = check_ws_bytes(&ws, cases[i].bytes, cases[i].n, &message,
                               &taken);

        ck_assert_msg(event == cases[i].event, "case %zu", i);
        ck_assert_msg(message.close == cases[i].code, "case %zu: %u", i,
                      message.close);

        if (cases[i].text) {
            ck_assert_uint_eq(message.len, strlen(cases[i].text));
            ck_assert_mem_eq(message.data, cases[i].text, message.len);
        }

        canvas_ws_release(&ws);
        canvas_inflate_free(ws.inflate);
    }
}
END_TEST


START_TEST(ws_malformed)
{
    size_t  i;

    static const struct {
        const char  *what;
        const char  *bytes;
        size_t       n;
        size_t       bad;           /* bytes until it is refused */
        unsigned     code;
    } cases[] = {
        { "unmasked text", check_bytes("\x81\x01" "a"), 2, 1002 },
        { "unmasked empty text", check_bytes("\x81\x00"), 2, 1002 },
        { "unmasked close", check_bytes("\x88\x00"), 2, 1002 },
        { "RSV1", check_bytes("\xc1\x80" MASK), 1, 1002 },
        { "RSV2", check_bytes("\xa1\x80" MASK), 1, 1002 },
        { "RSV3", check_bytes("\x91\x80" MASK), 1, 1002 },
        { "RSV1 on a ping", check_bytes("\xc9\x80" MASK), 1, 1002 },
        { "opcode 3", check_bytes("\x83\x80" MASK), 1, 1002 },
        { "opcode 4", check_bytes("\x84\x80" MASK), 1, 1002 },
        { "opcode 5", check_bytes("\x85\x80" MASK), 1, 1002 },
        { "opcode 6", check_bytes("\x86\x80" MASK), 1, 1002 },
        { "opcode 7", check_bytes("\x87\x80" MASK), 1, 1002 },
        { "opcode 11", check_bytes("\x8b\x80" MASK), 1, 1002 },
        { "opcode 12", check_bytes("\x8c\x80" MASK), 1, 1002 },
        { "opcode 13", check_bytes("\x8d\x80" MASK), 1, 1002 },
        { "opcode 14", check_bytes("\x8e\x80" MASK), 1, 1002 },
        { "opcode 15", check_bytes("\x8f\x80" MASK), 1, 1002 },
        { "fragmented ping", check_bytes("\x09\x80" MASK), 1, 1002 },
        { "fragmented pong", check_bytes("\x0a\x80" MASK), 1, 1002 },
        { "fragmented close", check_bytes("\x08\x80" MASK), 1, 1002 },
        { "ping of 126", check_bytes("\x89\xfe\x00\x7e" MASK), 2, 1002 },
        { "close of 2^16", check_bytes("\x88\xff\0\0\0\0\0\1\0\0" MASK), 2,
          1002 },
        { "continuation without a start", check_bytes("\x80\x80" MASK), 1,
          1002 },
        { "continuation, not final", check_bytes("\x00\x80" MASK), 1, 1002 },
        { "text within a message",
          check_bytes("\x01\x81" MASK "a" "\x81\x80" MASK), 8, 1002 },
        { "binary within a message",
          check_bytes("\x01\x81" MASK "a" "\x82\x80" MASK), 8, 1002 },
        { "16-bit length of 125", check_bytes("\x82\xfe\x00\x7d" MASK), 8,
          1002 },
        { "16-bit length of 0", check_bytes("\x82\xfe\x00\x00" MASK), 8,
          1002 },
        { "64-bit length of 65535",
          check_bytes("\x82\xff\0\0\0\0\0\0\xff\xff" MASK), 14, 1002 },
        { "64-bit length of 0",
          check_bytes("\x82\xff\0\0\0\0\0\0\0\0" MASK), 14, 1002 },
        { "length of 2^63",
          check_bytes("\x82\xff\x80\0\0\0\0\0\0\0" MASK), 14, 1002 },
        { "length of 2^64 - 1",
          check_bytes("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff" MASK), 14,
          1002 },
        { "length of 2^63 - 1",
          check_bytes("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff" MASK), 14,
          1009 },
        { "limit + 1", check_bytes("\x82\xfe\x10\x01" MASK), 8, 1009 },
        { "limit + 1 as text", check_bytes("\x81\xfe\x10\x01" MASK), 8,
          1009 },
        { "limit + 1 by fragments",
          check_bytes("\x02\x81" MASK "a" "\x80\xfe\x10\x00" MASK), 15,
          1009 },
        { "first byte no UTF-8", check_bytes("\x81\x8a" MASK "\xff"), 7,
          1007 },
        { "UTF-8 wrong in a frame that is not whole",
          check_bytes("\x81\x8a" MASK "\xed\xa0"), 8, 1007 },
        { "UTF-8 wrong in a fragment",
          check_bytes("\x01\x81" MASK "\xed" "\x00\x81" MASK "\xa0"), 14,
          1007 },
        { "UTF-8 cut at the end", check_bytes("\x81\x82" MASK "\xe2\x82"), 8,
          1007 },
        { "UTF-8 cut, last fragment empty",
          check_bytes("\x01\x81" MASK "\xe2" "\x80\x80" MASK), 13, 1007 },
        { "close of one byte", check_bytes("\x88\x81" MASK "\x03"), 7, 1002 },
        { "close 1004", check_bytes("\x88\x82" MASK "\x03\xec"), 8, 1002 },
        { "close 1005", check_bytes("\x88\x82" MASK "\x03\xed"), 8, 1002 },
        { "close 0", check_bytes("\x88\x82" MASK "\x00\x00"), 8, 1002 },
        { "close 65535", check_bytes("\x88\x82" MASK "\xff\xff"), 8, 1002 },
        { "close with a reason no UTF-8",
          check_bytes("\x88\x84" MASK "\x03\xe8" "a\xff"), 10, 1007 },
        { "close with a reason that is cut",
          check_bytes("\x88\x84" MASK "\x03\xe8" "a\xc3"), 10, 1007 }
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        check_ws_fails(cases[i].what, cases[i].bytes, cases[i].n,
                       cases[i].bad, cases[i].code);
    }
}
END_TEST


/* after the final fragment there is no message to go on with */

START_TEST(ws_continuation_after_end)
{
    const uint8_t        *p, *last;
    canvas_ws_t           ws;
    canvas_ws_message_t   message;

    static const uint8_t  bytes[] =
        "\x01\x81" MASK "a" "\x80\x81" MASK "b" "\x80\x81" MASK "c";

    memset(&ws, 0, sizeof(ws));
    ws.limit = CHECK_LIMIT;
    p = bytes;
    last = bytes + sizeof(bytes) - 1;

    ck_assert_int_eq(canvas_ws_feed(&ws, &p, last, &message), CANVAS_WS_TEXT);
    ck_assert_uint_eq(message.len, 2);
    ck_assert_mem_eq(message.data, "ab", 2);
    ck_assert_int_eq(canvas_ws_feed(&ws, &p, last, &message), CANVAS_WS_FAIL);
    ck_assert_uint_eq(message.close, 1002);

    canvas_ws_release(&ws);
}
END_TEST


/* nothing is parsed after a failure or a close */

START_TEST(ws_closed)
{
    size_t                i;
    const uint8_t        *p;
    canvas_ws_t           ws;
    canvas_ws_message_t   message;

    static const struct {
        const char         *bytes;
        size_t              n;
        canvas_ws_event_t   event;
    } cases[] = {
        { check_bytes("\x88\x80" MASK), CANVAS_WS_CLOSE },
        { check_bytes("\x83\x80" MASK), CANVAS_WS_FAIL }
    };

    static const uint8_t  more[] = "\x81\x81" MASK "a";

    for (i = 0; i < CHECK_N(cases); i++) {
        memset(&ws, 0, sizeof(ws));
        ws.limit = CHECK_LIMIT;

        ck_assert_int_eq(check_ws_whole(&ws, cases[i].bytes, cases[i].n,
                                        &message), cases[i].event);
        ck_assert_int_eq(canvas_ws_partial(&ws), 0);

        p = more;
        ck_assert_int_eq(canvas_ws_feed(&ws, &p, more + sizeof(more) - 1,
                                        &message), CANVAS_WS_MORE);
        ck_assert_ptr_eq(p, more + sizeof(more) - 1);
        ck_assert_ptr_null(ws.message);
        canvas_ws_release(&ws);
    }
}
END_TEST


START_TEST(ws_close_codes)
{
    int                  valid;
    uint8_t              frame[] = "\x88\x85" MASK "??bye";
    unsigned             code;
    canvas_ws_t          ws;
    canvas_ws_event_t    event;
    canvas_ws_message_t  message;

    for (code = 0; code < 65536; code++) {
        valid = (code >= 1000 && code <= 1014 && code != 1004 && code != 1005
                 && code != 1006)
                || (code >= 3000 && code < 5000);

        ck_assert_int_eq(canvas_ws_close_valid(code) != 0, valid);

        memset(&ws, 0, sizeof(ws));
        ws.limit = CHECK_LIMIT;
        frame[6] = (uint8_t) (code >> 8);
        frame[7] = (uint8_t) code;

        event = check_ws_whole(&ws, frame, sizeof(frame) - 1, &message);

        if (!valid) {
            ck_assert_int_eq(event, CANVAS_WS_FAIL);
            ck_assert_uint_eq(message.close, 1002);
            continue;
        }

        ck_assert_int_eq(event, CANVAS_WS_CLOSE);
        ck_assert_uint_eq(message.close, code);
        ck_assert_uint_eq(message.len, 3);
        ck_assert_mem_eq(message.data, "bye", 3);
    }
}
END_TEST


START_TEST(ws_close_empty)
{
    canvas_ws_t          ws;
    canvas_ws_message_t  message;

    memset(&ws, 0, sizeof(ws));
    ck_assert_int_eq(check_ws_whole(&ws, "\x88\x80" MASK, 6, &message),
                     CANVAS_WS_CLOSE);
    ck_assert_uint_eq(message.close, CANVAS_WS_CLOSE_NO_STATUS);
    ck_assert_uint_eq(message.len, 0);
}
END_TEST


/* zero bytes are a message too, whatever the limit */

START_TEST(ws_empty)
{
    size_t               i;
    canvas_ws_t          ws;
    canvas_ws_message_t  message;

    static const struct {
        const char         *bytes;
        size_t              n;
        canvas_ws_event_t   event;
    } cases[] = {
        { check_bytes("\x81\x80" MASK), CANVAS_WS_TEXT },
        { check_bytes("\x82\x80" MASK), CANVAS_WS_BINARY },
        { check_bytes("\x89\x80" MASK), CANVAS_WS_PING },
        { check_bytes("\x8a\x80" MASK), CANVAS_WS_PONG },
        { check_bytes("\x01\x80" MASK "\x00\x80" MASK "\x80\x80" MASK),
          CANVAS_WS_TEXT }
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        memset(&ws, 0, sizeof(ws));

        ck_assert_int_eq(check_ws_whole(&ws, cases[i].bytes, cases[i].n,
                                        &message), cases[i].event);
        ck_assert_ptr_nonnull(message.data);
        ck_assert_uint_eq(message.len, 0);
        ck_assert_int_eq(canvas_ws_partial(&ws), 0);
        ck_assert_ptr_null(ws.message);
    }

    memset(&ws, 0, sizeof(ws));
    ck_assert_int_eq(check_ws_whole(&ws, "\x82\x81" MASK "a", 7, &message),
                     CANVAS_WS_FAIL);
    ck_assert_uint_eq(message.close, 1009);
}
END_TEST


/* exactly the limit passes, in one frame and in two */

START_TEST(ws_limit)
{
    uint8_t              *bytes;
    const uint8_t        *p;
    canvas_ws_t           ws;
    canvas_ws_message_t   message;

    bytes = calloc(8 + CHECK_LIMIT + 7, 1);
    ck_assert_ptr_nonnull(bytes);
    memset(&ws, 0, sizeof(ws));
    ws.limit = CHECK_LIMIT;

    memcpy(bytes, "\x82\xfe\x10\x00", 4);
    p = bytes;
    ck_assert_int_eq(canvas_ws_feed(&ws, &p, p + 8 + CHECK_LIMIT, &message),
                     CANVAS_WS_BINARY);
    ck_assert_uint_eq(message.len, CHECK_LIMIT);
    ck_assert_uint_eq(ws.size, CHECK_LIMIT);

    memcpy(bytes, "\x02\xfe\x0f\xff", 4);
    memcpy(bytes + 8 + CHECK_LIMIT - 1, "\x80\x81" MASK "z", 7);
    p = bytes;
    ck_assert_int_eq(canvas_ws_feed(&ws, &p, p + 8 + CHECK_LIMIT + 6,
                                    &message), CANVAS_WS_BINARY);
    ck_assert_uint_eq(message.len, CHECK_LIMIT);
    ck_assert_uint_eq(message.data[CHECK_LIMIT - 1], 'z');
    ck_assert_uint_eq(ws.size, CHECK_LIMIT);

    canvas_ws_release(&ws);
    free(bytes);
}
END_TEST


/* memory follows what arrives, not what is announced, and is given back */

START_TEST(ws_memory)
{
    size_t               i, taken;
    canvas_ws_t          ws;
    canvas_ws_message_t  message;

    memset(&ws, 0, sizeof(ws));
    ws.limit = 16 << 20;

    ck_assert_int_eq(check_ws_bytes(&ws,
                                    "\x82\xff\0\0\0\0\x01\0\0\0" MASK, 14,
                                    &message, &taken), CANVAS_WS_MORE);
    ck_assert_ptr_null(ws.message);
    ck_assert_int_ne(canvas_ws_partial(&ws), 0);

    for (i = 1; i <= 70000; i++) {
        ck_assert_int_eq(check_ws_bytes(&ws, "a", 1, &message, &taken),
                         CANVAS_WS_MORE);
        ck_assert_uint_ge(ws.size, i);
        ck_assert_uint_le(ws.size, i < 64 ? 128 : 2 * i);
    }

    canvas_ws_release(&ws);
    ck_assert_ptr_null(ws.message);
    ck_assert_uint_eq(ws.size, 0);

    /* the message is lost: told, not hidden */
    ck_assert_int_eq(check_ws_bytes(&ws, "a", 1, &message, &taken),
                     CANVAS_WS_FAIL);
    ck_assert_uint_eq(message.close, CANVAS_WS_CLOSE_INTERNAL);
    canvas_ws_release(&ws);
}
END_TEST


START_TEST(ws_release_between_fragments)
{
    canvas_ws_t          ws;
    canvas_ws_message_t  message;

    memset(&ws, 0, sizeof(ws));
    ws.limit = CHECK_LIMIT;

    ck_assert_int_eq(check_ws_whole(&ws, "\x01\x81" MASK "a", 7, &message),
                     CANVAS_WS_MORE);
    canvas_ws_release(&ws);
    ck_assert_int_eq(check_ws_whole(&ws, "\x80\x80" MASK, 6, &message),
                     CANVAS_WS_FAIL);
    ck_assert_uint_eq(message.close, CANVAS_WS_CLOSE_INTERNAL);
    canvas_ws_release(&ws);
}
END_TEST


/* released after each message, a parser goes on */

START_TEST(ws_release)
{
    unsigned             i;
    canvas_ws_t          ws;
    canvas_ws_message_t  message;

    memset(&ws, 0, sizeof(ws));
    ws.limit = CHECK_LIMIT;

    for (i = 0; i < 3; i++) {
        ck_assert_int_eq(check_ws_whole(&ws, "\x81\x83" "\x01\x02\x03\x04"
                                        "\x60\x60\x60", 9, &message),
                         CANVAS_WS_TEXT);
        ck_assert_uint_eq(message.len, 3);
        ck_assert_mem_eq(message.data, "abc", 3);
        canvas_ws_release(&ws);
        ck_assert_ptr_null(ws.message);
        canvas_ws_release(&ws);
    }
}
END_TEST


START_TEST(ws_partial)
{
    size_t               i, taken;
    canvas_ws_t          ws;
    canvas_ws_message_t  message;

    static const char  bytes[] = "\x01\x81" MASK "a" "\x89\x81" MASK "p"
                                 "\x80\x81" MASK "b";

    memset(&ws, 0, sizeof(ws));
    ws.limit = CHECK_LIMIT;
    ck_assert_int_eq(canvas_ws_partial(&ws), 0);

    for (i = 0; i < sizeof(bytes) - 2; i++) {
        ck_assert_int_eq(check_ws_bytes(&ws, bytes + i, 1, &message, &taken),
                         i == 13 ? CANVAS_WS_PING : CANVAS_WS_MORE);
        ck_assert_int_ne(canvas_ws_partial(&ws), 0);
    }

    ck_assert_int_eq(check_ws_bytes(&ws, bytes + i, 1, &message, &taken),
                     CANVAS_WS_TEXT);
    ck_assert_int_eq(canvas_ws_partial(&ws), 0);
    canvas_ws_release(&ws);
}
END_TEST


START_TEST(ws_heads)
{
    size_t   i;
    uint8_t  buf[CANVAS_WS_HEAD_MAX + 1];

    static const struct {
        unsigned     opcode;
        size_t       len;
        const char  *bytes;
        size_t       n;
    } cases[] = {
        { CANVAS_WS_OP_TEXT, 0, check_bytes("\x81\x00") },
        { CANVAS_WS_OP_BINARY, 125, check_bytes("\x82\x7d") },
        { CANVAS_WS_OP_TEXT, 126, check_bytes("\x81\x7e\x00\x7e") },
        { CANVAS_WS_OP_TEXT, 65535, check_bytes("\x81\x7e\xff\xff") },
        { CANVAS_WS_OP_BINARY, 65536,
          check_bytes("\x82\x7f\0\0\0\0\0\x01\0\0") },
        { CANVAS_WS_OP_BINARY, 0x0102030405060708,
          check_bytes("\x82\x7f\x01\x02\x03\x04\x05\x06\x07\x08") },
        { CANVAS_WS_OP_PING, 4, check_bytes("\x89\x04") },
        { CANVAS_WS_OP_PONG, 125, check_bytes("\x8a\x7d") }
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        memset(buf, '#', sizeof(buf));

        ck_assert_uint_eq(canvas_ws_head(NULL, cases[i].opcode, cases[i].len),
                          cases[i].n);
        ck_assert_uint_eq(canvas_ws_head(buf, cases[i].opcode, cases[i].len),
                          cases[i].n);
        ck_assert_mem_eq(buf, cases[i].bytes, cases[i].n);
        ck_assert_int_eq(buf[cases[i].n], '#');
    }

    ck_assert_uint_eq(canvas_ws_close(NULL, 1001), 4);
    ck_assert_uint_eq(canvas_ws_close(buf, 1001), 4);
    ck_assert_mem_eq(buf, "\x88\x02\x03\xe9", 4);
    ck_assert_uint_eq(canvas_ws_close(NULL, 1005), 2);
    ck_assert_uint_eq(canvas_ws_close(buf, 1005), 2);
    ck_assert_mem_eq(buf, "\x88\x00", 2);
}
END_TEST


Suite *
check_ws(void)
{
    const TTest *const  tests[] = {
        ws_malformed, ws_continuation_after_end, ws_closed, ws_close_codes,
        ws_close_empty, ws_empty, ws_limit, ws_memory,
        ws_release_between_fragments, ws_release, ws_partial, ws_heads,
        ws_compressed
    };

    return check_suite("ws", tests, CHECK_N(tests));
}
