/*
 * check_palette: parsing, the default colours and the JSON of a palette.
 */

#include "check_canvas.h"
#include "canvas_palette.h"

#include <stdio.h>


START_TEST(palette_default)
{
    char              buf[256];
    size_t            len;
    canvas_palette_t  palette;

    static const char  expected[] =
        "[\"#FF4500\",\"#FFA800\",\"#FFD635\",\"#00A368\",\"#7EED56\","
        "\"#2450A4\",\"#3690EA\",\"#51E9F4\",\"#811E9F\",\"#B44AC0\","
        "\"#FF99AA\",\"#9C6926\",\"#000000\",\"#898D90\",\"#D4D7D9\","
        "\"#FFFFFF\"]";

    canvas_palette_default(&palette);

    ck_assert_uint_eq(palette.n, 16);
    ck_assert_uint_eq(canvas_palette_bits(&palette), 4);

    len = canvas_palette_json(&palette, buf);
    ck_assert_uint_eq(len, sizeof(expected) - 1);
    ck_assert_mem_eq(buf, expected, len);
    ck_assert_uint_eq(canvas_palette_json(&palette, NULL), len);
}
END_TEST


START_TEST(palette_add)
{
    size_t            i;
    canvas_palette_t  palette;

    static const char *const  bad[] = {
        "", "#", "#12345", "#1234567", "1234567", "#12345g", "#g23456",
        "#12 456", "# 12345", "#-12345", "#12345@", "#12345`", "#12345/",
        "#12345:"
    };

    memset(&palette, 0, sizeof(palette));

    for (i = 0; i < CHECK_N(bad); i++) {
        ck_assert_msg(canvas_palette_add(&palette, bad[i], strlen(bad[i]))
                      == CANVAS_INVALID, "\"%s\" was added", bad[i]);
    }

    ck_assert_uint_eq(palette.n, 0);
    ck_assert_int_eq(canvas_palette_add(&palette, "#aBcDeF", 7), CANVAS_OK);
    ck_assert_int_eq(canvas_palette_add(&palette, "#019F00", 7), CANVAS_OK);
    ck_assert_uint_eq(palette.n, 2);
    ck_assert_mem_eq(palette.rgb[0], "\xab\xcd\xef", 3);
    ck_assert_mem_eq(palette.rgb[1], "\x01\x9f\x00", 3);
}
END_TEST


START_TEST(palette_full)
{
    char              text[8], buf[4096];
    size_t            len;
    unsigned          i;
    canvas_palette_t  palette;

    memset(&palette, 0, sizeof(palette));
    ck_assert_uint_eq(canvas_palette_json(&palette, NULL), 2);

    for (i = 0; i < 256; i++) {
        (void) snprintf(text, sizeof(text), "#%02hhx%02hhx07", (uint8_t) i,
                        (uint8_t) (255 - i));
        ck_assert_int_eq(canvas_palette_add(&palette, text, 7), CANVAS_OK);
        ck_assert_uint_eq(canvas_palette_bits(&palette), i < 16 ? 4 : 8);

        len = canvas_palette_json(&palette, buf);
        ck_assert_uint_eq(canvas_palette_json(&palette, NULL), len);
    }

    ck_assert_int_eq(canvas_palette_add(&palette, "#000000", 7),
                     CANVAS_TOO_LARGE);
    ck_assert_uint_eq(palette.n, 256);
}
END_TEST


Suite *
check_palette(void)
{
    const TTest *const  tests[] = {
        palette_default, palette_add, palette_full
    };

    return check_suite("palette", tests, CHECK_N(tests));
}
