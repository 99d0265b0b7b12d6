/*
 * check_stored: a canvas as PostgreSQL hands it out, sound and damaged.
 */

#include "check_canvas.h"
#include "canvas_grid.h"
#include "canvas_stored.h"

#include <stdio.h>
#include <zlib.h>

#define COLORS  "#000000,#ffffff,#ff4500"


static canvas_status_t
parse(const char *line, canvas_stored_t *stored)
{
    uint8_t          *copy;
    canvas_status_t   status;

    copy = check_copy(line, strlen(line));
    status = canvas_stored_parse(copy, strlen(line), stored);

    if (status == CANVAS_OK) {
        stored->data = (const uint8_t *) line + (stored->data - copy);
    }

    free(copy);

    return status;
}


/* head and data in memory of their own; the caller frees */

static uint8_t *
join(const char *head, const uint8_t *data, size_t n, size_t *len)
{
    uint8_t  *value;

    *len = strlen(head) + n;
    value = malloc(*len);
    ck_assert_ptr_nonnull(value);

    memcpy(value, head, strlen(head));
    memcpy(value + strlen(head), data, n);

    return value;
}


static size_t
gzip(const uint8_t *data, size_t n, uint8_t *out, size_t max)
{
    z_stream  zs;

    memset(&zs, 0, sizeof(z_stream));
    ck_assert_int_eq(deflateInit2(&zs, 6, Z_DEFLATED, 15 + 16, 8,
                                  Z_DEFAULT_STRATEGY), Z_OK);
    zs.next_in = (Bytef *) (uintptr_t) data;
    zs.avail_in = (uInt) n;
    zs.next_out = out;
    zs.avail_out = (uInt) max;

    ck_assert_int_eq(deflate(&zs, Z_FINISH), Z_STREAM_END);
    ck_assert_int_eq(deflateEnd(&zs), Z_OK);

    return zs.total_out;
}


START_TEST(test_line)
{
    canvas_stored_t  stored;

    ck_assert_int_eq(parse("gzip 500 400 1769350800000 12 " COLORS "\nabc",
                           &stored), CANVAS_OK);
    ck_assert_int_eq(stored.gzip, 1);
    ck_assert_uint_eq(stored.width, 500);
    ck_assert_uint_eq(stored.height, 400);
    ck_assert_uint_eq(stored.epoch, UINT64_C(1769350800000));
    ck_assert_uint_eq(stored.seq, 12);
    ck_assert_uint_eq(stored.palette.n, 3);
    ck_assert_uint_eq(stored.palette.rgb[2][1], 0x45);
    ck_assert_uint_eq(stored.len, 3);
    ck_assert_int_eq(memcmp(stored.data, "abc", 3), 0);

    ck_assert_int_eq(parse("packed 1 65535 0 0 " COLORS "\n", &stored),
                     CANVAS_OK);
    ck_assert_int_eq(stored.gzip, 0);
    ck_assert_uint_eq(stored.len, 0);

    ck_assert_int_eq(parse("packed 4096 4096 0 0 " COLORS "\n\n", &stored),
                     CANVAS_OK);
    ck_assert_uint_eq(stored.len, 1);
}
END_TEST


START_TEST(test_malformed)
{
    size_t           i;
    canvas_stored_t  stored;

    static const char *const  wrong[] = {
        "", "\n", "gzip", "gzip \n", "gzip 5 5 1 1 " COLORS,
        "gzi 5 5 1 1 " COLORS "\n", "bytes 5 5 1 1 " COLORS "\n",
        " gzip 5 5 1 1 " COLORS "\n", "gzip  5 5 1 1 " COLORS "\n",
        "gzip 0 5 1 1 " COLORS "\n", "gzip 5 0 1 1 " COLORS "\n",
        "gzip 65536 1 1 1 " COLORS "\n", "gzip 1 65536 1 1 " COLORS "\n",
        "gzip 4097 4096 1 1 " COLORS "\n", "gzip 05 5 1 1 " COLORS "\n",
        "gzip -5 5 1 1 " COLORS "\n", "gzip 5 5 1 " COLORS "\n",
        "gzip 5 5 1 9007199254740992 " COLORS "\n", "gzip 5 5 1 1\n",
        "gzip 5 5 1 1 \n", "gzip 5 5 1 1 #000000\n",
        "gzip 5 5 1 1 " COLORS ",\n", "gzip 5 5 1 1 " COLORS " \n",
        "gzip 5 5 1 1 #000000;#ffffff\n", "gzip 5 5 1 1 #000000,#fffffg\n",
        "gzip 5 5 1 1 000000,ffffff\n"
    };

    for (i = 0; i < CHECK_N(wrong); i++) {
        ck_assert_msg(parse(wrong[i], &stored) == CANVAS_INVALID, "%s",
                      wrong[i]);
    }
}
END_TEST


START_TEST(test_palette_size)
{
    char             line[64 + 8 * 257];
    size_t           len;
    unsigned         i;
    canvas_stored_t  stored;

    len = (size_t) sprintf(line, "packed 2 2 0 0 #000000");

    for (i = 1; i < 256; i++) {
        len += (size_t) sprintf(line + len, ",#0000%02x", i);
    }

    strcpy(line + len, "\n");
    ck_assert_int_eq(parse(line, &stored), CANVAS_OK);
    ck_assert_uint_eq(stored.palette.n, 256);

    strcpy(line + len, ",#123456\n");
    ck_assert_int_eq(parse(line, &stored), CANVAS_INVALID);
}
END_TEST


/* an odd number of pixels, so that the last byte is half used */

START_TEST(test_unpack)
{
    size_t           i, n, len;
    uint8_t          pixels[7 * 9], packed[32], zipped[256], got[7 * 9];
    uint8_t         *value;
    uint64_t         state = 1;
    canvas_stored_t  stored;

    for (i = 0; i < sizeof(pixels); i++) {
        pixels[i] = (uint8_t) (check_random(&state) % 3);
    }

    canvas_grid_pack(packed, pixels, sizeof(pixels), 4);

    value = join("packed 7 9 1 2 " COLORS "\n", packed, 32, &len);
    ck_assert_int_eq(canvas_stored_parse(value, len, &stored), CANVAS_OK);
    ck_assert_int_eq(canvas_stored_unpack(&stored, got), CANVAS_OK);
    ck_assert_int_eq(memcmp(got, pixels, sizeof(pixels)), 0);

    stored.len--;
    ck_assert_int_eq(canvas_stored_unpack(&stored, got), CANVAS_INVALID);
    free(value);

    n = gzip(packed, 32, zipped, sizeof(zipped));
    value = join("gzip 7 9 1 2 " COLORS "\n", zipped, n, &len);
    ck_assert_int_eq(canvas_stored_parse(value, len, &stored), CANVAS_OK);

    memset(got, 0xee, sizeof(got));
    ck_assert_int_eq(canvas_stored_unpack(&stored, got), CANVAS_OK);
    ck_assert_int_eq(memcmp(got, pixels, sizeof(pixels)), 0);

    /* cut at every byte */
    for (i = 0; i < n; i++) {
        stored.len = i;
        ck_assert_int_eq(canvas_stored_unpack(&stored, got), CANVAS_INVALID);
    }

    free(value);
}
END_TEST


/* more or less than the canvas; a checksum that is not its own; a flood */

START_TEST(test_damaged)
{
    size_t           n, len, made;
    uint8_t          data[33], zipped[4096], got[7 * 9];
    uint8_t         *value, *flood;
    canvas_stored_t  stored;

    memset(data, 0x11, sizeof(data));

    for (made = 31; made <= 33; made += 2) {
        n = gzip(data, made, zipped, sizeof(zipped));
        value = join("gzip 7 9 1 2 " COLORS "\n", zipped, n, &len);
        ck_assert_int_eq(canvas_stored_parse(value, len, &stored), CANVAS_OK);
        ck_assert_int_eq(canvas_stored_unpack(&stored, got), CANVAS_INVALID);
        free(value);
    }

    n = gzip(data, 32, zipped, sizeof(zipped));
    zipped[n - 6] ^= 1;
    value = join("gzip 7 9 1 2 " COLORS "\n", zipped, n, &len);
    ck_assert_int_eq(canvas_stored_parse(value, len, &stored), CANVAS_OK);
    ck_assert_int_eq(canvas_stored_unpack(&stored, got), CANVAS_INVALID);
    free(value);

    flood = calloc(1, 1 << 20);
    ck_assert_ptr_nonnull(flood);
    n = gzip(flood, 1 << 20, zipped, sizeof(zipped));
    free(flood);

    value = join("gzip 7 9 1 2 " COLORS "\n", zipped, n, &len);
    ck_assert_int_eq(canvas_stored_parse(value, len, &stored), CANVAS_OK);
    ck_assert_int_eq(canvas_stored_unpack(&stored, got), CANVAS_INVALID);
    free(value);
}
END_TEST


Suite *
check_stored(void)
{
    const TTest *const  tests[] = {
        test_line, test_malformed, test_palette_size, test_unpack,
        test_damaged
    };

    return check_suite("stored", tests, CHECK_N(tests));
}
