/*
 * check_inflate: the examples of RFC 7692 section 7.2.3, messages made by
 * zlib, limits, and what is no message.
 */

#include "check_canvas.h"
#include "canvas_inflate.h"

#include <zlib.h>

#define CHECK_MAX  70000


/* as a client does: raw, one message, the last four bytes taken off */

static size_t
check_inflate_pack(uint8_t *out, size_t size, const void *data, size_t len,
    int level, int window)
{
    z_stream  stream;

    memset(&stream, 0, sizeof(stream));
    ck_assert_int_eq(deflateInit2(&stream, level, Z_DEFLATED, -window, 8,
                                  Z_DEFAULT_STRATEGY), Z_OK);

    stream.next_in = (Bytef *) data;
    stream.avail_in = (uInt) len;
    stream.next_out = out;
    stream.avail_out = (uInt) size;

    ck_assert_int_eq(deflate(&stream, Z_SYNC_FLUSH), Z_OK);
    ck_assert_uint_gt(stream.avail_out, 0);
    size -= stream.avail_out;
    deflateEnd(&stream);

    ck_assert_mem_eq(out + size - 4, "\x00\x00\xff\xff", 4);

    return size - 4;
}


START_TEST(inflate_examples)
{
    size_t             i, len;
    uint8_t           *copy;
    const uint8_t     *out;
    canvas_inflate_t  *inflater;

    static const struct {
        const char  *bytes;
        size_t       n;
        const char  *text;
    } cases[] = {
        { "\xf2\x48\xcd\xc9\xc9\x07\x00", 7, "Hello" },
        { "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11, "Hello" },
        { "\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8, "Hello" },
        { "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13,
          "Hello" },
        { "\x00", 1, "" },
        { "", 0, "" }
    };

    inflater = canvas_inflate_create();
    ck_assert_ptr_nonnull(inflater);

    for (i = 0; i < CHECK_N(cases); i++) {
        copy = check_copy(cases[i].bytes, cases[i].n);
        ck_assert_int_eq(canvas_inflate_message(inflater, copy, cases[i].n,
                                                100, &out, &len), CANVAS_OK);
        free(copy);
        ck_assert_uint_eq(len, strlen(cases[i].text));
        ck_assert_ptr_nonnull(out);
        ck_assert_mem_eq(out, cases[i].text, len);
    }

    canvas_inflate_free(inflater);
}
END_TEST


START_TEST(inflate_invalid)
{
    size_t             i, len;
    const uint8_t     *out;
    canvas_inflate_t  *inflater;

    static const struct {
        const char  *bytes;
        size_t       n;
    } cases[] = {
        { "\xff", 1 },                                  /* block type 3 */
        { "\x00\x05\x00\xfb\xff\x48", 6 },              /* LEN and NLEN */
        { "\xf2\x48\xcd\xc9", 4 },                      /* cut */
        { "\xf2\x48\xcd\xc9\xc9\x07", 6 },
        { "\xf3\x48\xcd\xc9\xc9\x07\x00", 7 },          /* last, and no more */
        { "\x00\x05\x00\xfa\xff\x48", 6 },
        { "\x00\x00\x00\xff\xff\x07", 6 },
        { "\xcb\x48\xcd\xc9\xc9\x07\xff\xff", 8 },
        /* a distance beyond the beginning: context of another message */
        { "\xf2\x00\x11\x00\x00", 5 }
    };

    inflater = canvas_inflate_create();

    for (i = 0; i < CHECK_N(cases); i++) {
        ck_assert_msg(canvas_inflate_message(inflater,
                                             (uint8_t *) cases[i].bytes,
                                             cases[i].n, 100, &out, &len)
                      == CANVAS_INVALID, "case %zu", i);

        /* and the next one is not harmed */
        ck_assert_int_eq(canvas_inflate_message(inflater,
                             (uint8_t *) "\xf2\x48\xcd\xc9\xc9\x07\x00", 7,
                             100, &out, &len), CANVAS_OK);
        ck_assert_mem_eq(out, "Hello", 5);
    }

    canvas_inflate_free(inflater);
    canvas_inflate_free(NULL);
}
END_TEST


START_TEST(inflate_of_zlib)
{
    int                level, window;
    size_t             i, n, len;
    uint8_t           *data, *packed;
    const uint8_t     *out;
    canvas_inflate_t  *inflater;

    inflater = canvas_inflate_create();
    data = malloc(CHECK_MAX);
    packed = malloc(CHECK_MAX * 2);
    srand(7);

    for (i = 0; i < 400; i++) {
        n = (size_t) rand() % (i % 10 ? 3000 : CHECK_MAX);
        level = rand() % 10;
        window = 9 + rand() % 7;

        for (len = 0; len < n; len++) {
            data[len] = (uint8_t) (rand() % (i % 3 ? 4 : 256));
        }

        len = check_inflate_pack(packed, CHECK_MAX * 2, data, n, level, window);

        ck_assert_int_eq(canvas_inflate_message(inflater, packed, len, n,
                                                &out, &len), CANVAS_OK);
        ck_assert_uint_eq(len, n);
        ck_assert(n == 0 || memcmp(out, data, n) == 0);
    }

    free(packed);
    free(data);
    canvas_inflate_free(inflater);
}
END_TEST


START_TEST(inflate_limit)
{
    size_t             i, n, len;
    uint8_t           *data, *packed;
    const uint8_t     *out;
    canvas_inflate_t  *inflater;

    static const size_t  limits[] = { 0, 1, 100, 4095, 4096, 4097, 65535 };

    inflater = canvas_inflate_create();
    data = calloc(1, CHECK_MAX);
    packed = malloc(CHECK_MAX);

    for (i = 0; i < CHECK_N(limits); i++) {
        n = check_inflate_pack(packed, CHECK_MAX, data, limits[i], 9, 15);
        ck_assert_int_eq(canvas_inflate_message(inflater, packed, n,
                                                limits[i], &out, &len),
                         CANVAS_OK);
        ck_assert_uint_eq(len, limits[i]);

        n = check_inflate_pack(packed, CHECK_MAX, data, limits[i] + 1, 9, 15);
        ck_assert_int_eq(canvas_inflate_message(inflater, packed, n,
                                                limits[i], &out, &len),
                         CANVAS_TOO_LARGE);

        n = check_inflate_pack(packed, CHECK_MAX, data, CHECK_MAX, 9, 15);
        ck_assert_int_eq(canvas_inflate_message(inflater, packed, n,
                                                limits[i], &out, &len),
                         CANVAS_TOO_LARGE);
    }

    free(packed);
    free(data);
    canvas_inflate_free(inflater);
}
END_TEST


Suite *
check_inflate(void)
{
    const TTest *const  tests[] = {
        inflate_examples, inflate_invalid, inflate_of_zlib, inflate_limit
    };

    return check_suite("inflate", tests, CHECK_N(tests));
}
