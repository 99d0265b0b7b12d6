/*
 * check_utf8: the checker against a naive one that decodes, on all short
 * sequences, on random ones, and in pieces; and where it refuses.
 */

#include "check_canvas.h"
#include "canvas_utf8.h"


/* decodes at p; bytes taken, 0 if invalid or cut */

static size_t
check_utf8_decode(const uint8_t *p, size_t len)
{
    size_t    i, n;
    uint32_t  code;

    static const uint32_t  least[] = { 0, 0, 0x80, 0x800, 0x10000 };

    n = p[0] < 0x80 ? 1 : (p[0] & 0xe0) == 0xc0 ? 2
        : (p[0] & 0xf0) == 0xe0 ? 3 : (p[0] & 0xf8) == 0xf0 ? 4 : 0;

    if (n == 0 || n > len) {
        return 0;
    }

    code = n == 1 ? p[0] : p[0] & (0x7fU >> n);

    for (i = 1; i < n; i++) {

        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }

        code = code << 6 | (p[i] & 0x3f);
    }

    if (code < least[n] || code > 0x10ffff
        || (code >= 0xd800 && code <= 0xdfff))
    {
        return 0;
    }

    return n;
}


static int
check_utf8_naive(const uint8_t *p, size_t len)
{
    size_t  n;

    for ( /* void */ ; len; p += n, len -= n) {
        n = check_utf8_decode(p, len);

        if (n == 0) {
            return 0;
        }
    }

    return 1;
}


static canvas_status_t
check_utf8_whole(const uint8_t *p, size_t len)
{
    canvas_utf8_t  utf8 = { 0, 0, 0 };

    return canvas_utf8_feed(&utf8, p, len);
}


START_TEST(utf8_exhaustive)
{
    int       valid;
    size_t    len;
    uint8_t   text[4];
    uint32_t  i, n;

    for (len = 1; len <= 3; len++) {
        n = 1U << (8 * len);

        for (i = 0; i < n; i++) {
            text[0] = (uint8_t) i;
            text[1] = (uint8_t) (i >> 8);
            text[2] = (uint8_t) (i >> 16);

            valid = check_utf8_whole(text, len) == CANVAS_OK;

            if (valid != check_utf8_naive(text, len)) {
                ck_abort_msg("%02x %02x %02x of %zu is %svalid", text[0],
                             text[1], text[2], len, valid ? "" : "in");
            }
        }
    }

    /* four bytes: all leads and second bytes, the borders of the others */

    for (i = 0; i < 0x1000000; i++) {
        text[0] = (uint8_t) (0xf0 | (i & 0x0f));
        text[1] = (uint8_t) (i >> 4);
        text[2] = (uint8_t) (i >> 12);
        text[3] = (uint8_t) ((i >> 20) * 0x11);

        valid = check_utf8_whole(text, 4) == CANVAS_OK;

        if (valid != check_utf8_naive(text, 4)) {
            ck_abort_msg("%02x %02x %02x %02x is %svalid", text[0], text[1],
                         text[2], text[3], valid ? "" : "in");
        }
    }
}
END_TEST


/* a text in pieces gives the answer of the whole */

START_TEST(utf8_pieces)
{
    size_t           i, k, n, len;
    uint8_t          text[40];
    uint64_t         state;
    unsigned         round, valid;
    canvas_utf8_t    utf8;
    canvas_status_t  status, whole;

    static const char *const  pieces[] = {
        "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8e\xa8", "\xef\xbf\xbf",
        "longer text", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"
    };

    state = 5;
    valid = 0;

    for (round = 0; round < 100000; round++) {

        for (len = 0; len < 24; len += n) {
            k = check_random(&state) % CHECK_N(pieces);
            n = strlen(pieces[k]);
            memcpy(text + len, pieces[k], n);
        }

        if (round % 2) {
            text[check_random(&state) % len] = (uint8_t) check_random(&state);
        }

        len -= check_random(&state) % 4;
        whole = check_utf8_whole(text, len);
        valid += (whole == CANVAS_OK);

        ck_assert_int_eq(whole == CANVAS_OK, check_utf8_naive(text, len));

        memset(&utf8, 0, sizeof(utf8));
        status = CANVAS_OK;

        for (i = 0; i < len && status != CANVAS_INVALID; i += n) {
            n = 1 + check_random(&state) % 5;
            n = n > len - i ? len - i : n;
            status = canvas_utf8_feed(&utf8, text + i, n);
        }

        ck_assert_int_eq(status, whole);
    }

    ck_assert_uint_gt(valid, 20000);
}
END_TEST


/* refused at the byte that cannot be right, not at the end of the character */

START_TEST(utf8_fails_fast)
{
    size_t         i;
    canvas_utf8_t  utf8;

    static const struct {
        const char  *text;
        size_t       bad;       /* index of the byte */
    } cases[] = {
        { "\x80", 0 },
        { "a\xff", 1 },
        { "\xc0", 0 },
        { "\xc1", 0 },
        { "\xf5", 0 },
        { "\xc3(", 1 },
        { "\xe0\x9f", 1 },
        { "\xed\xa0", 1 },
        { "\xf0\x8f", 1 },
        { "\xf4\x90", 1 },
        { "\xe2\x82(", 2 },
        { "\xf0\x9f\x8e\xc0", 3 }
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        memset(&utf8, 0, sizeof(utf8));

        ck_assert_int_ne(canvas_utf8_feed(&utf8,
                                          (const uint8_t *) cases[i].text,
                                          cases[i].bad), CANVAS_INVALID);
        ck_assert_msg(canvas_utf8_feed(&utf8, (const uint8_t *) cases[i].text
                                              + cases[i].bad, 1)
                      == CANVAS_INVALID, "case %zu", i);
    }
}
END_TEST


START_TEST(utf8_again)
{
    canvas_utf8_t  utf8 = { 0, 0, 0 };

    ck_assert_int_eq(canvas_utf8_feed(&utf8, (const uint8_t *) "", 0),
                     CANVAS_OK);
    ck_assert_int_eq(canvas_utf8_feed(&utf8, (const uint8_t *) "\xe2", 1),
                     CANVAS_AGAIN);
    ck_assert_int_eq(canvas_utf8_feed(&utf8, (const uint8_t *) "", 0),
                     CANVAS_AGAIN);
    ck_assert_int_eq(canvas_utf8_feed(&utf8, (const uint8_t *) "\x82", 1),
                     CANVAS_AGAIN);
    ck_assert_int_eq(canvas_utf8_feed(&utf8, (const uint8_t *) "\xac", 1),
                     CANVAS_OK);
}
END_TEST


Suite *
check_utf8(void)
{
    const TTest *const  tests[] = {
        utf8_exhaustive, utf8_pieces, utf8_fails_fast, utf8_again
    };

    return check_suite("utf8", tests, CHECK_N(tests));
}
