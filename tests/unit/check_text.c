/*
 * check_text: pieces of JSON text; measuring equals writing.
 */

#include "check_canvas.h"
#include "canvas_text.h"

#include <stdio.h>


START_TEST(text_pieces)
{
    char           buf[64];
    canvas_text_t  text = { buf, 0 }, measure = { NULL, 0 };

    canvas_text_const(&text, "{\"a\":");
    canvas_text_num(&text, 10);
    canvas_text_add(&text, ",bcd", 2);
    canvas_text_seconds(&text, 1050);

    canvas_text_const(&measure, "{\"a\":");
    canvas_text_num(&measure, 10);
    canvas_text_add(&measure, ",bcd", 2);
    canvas_text_seconds(&measure, 1050);

    ck_assert_uint_eq(text.len, strlen("{\"a\":10,b1.05"));
    ck_assert_mem_eq(buf, "{\"a\":10,b1.05", text.len);
    ck_assert_uint_eq(measure.len, text.len);
}
END_TEST


START_TEST(text_seconds)
{
    char           buf[32], expected[32];
    size_t         len;
    unsigned       ms;
    canvas_text_t  text;

    for (ms = 0; ms < 20000; ms++) {
        len = (size_t) snprintf(expected, sizeof(expected), "%u.%03u",
                                ms / 1000, ms % 1000);

        while (expected[len - 1] == '0') {
            len--;
        }

        len -= (expected[len - 1] == '.');

        text.buf = buf;
        text.len = 0;
        canvas_text_seconds(&text, ms);

        ck_assert_uint_eq(text.len, len);
        ck_assert_mem_eq(buf, expected, len);
    }
}
END_TEST


/* jansson reads back what was escaped */

START_TEST(text_string)
{
    char           buf[2048], all[256];
    size_t         i;
    json_t        *value;
    canvas_text_t  text, measure;

    for (i = 1; i < 128; i++) {
        all[i - 1] = (char) i;
    }

    strcpy(all + 127, "\xc3\xa9\xf0\x9f\x8e\xa8");

    static const char  *strings[] = { "", "classic", "\"", "\\", "a\"b\\c\n",
                                      "\x1f\x01", "tail\t", NULL };
    strings[CHECK_N(strings) - 1] = all;

    for (i = 0; i < CHECK_N(strings); i++) {
        text.buf = buf;
        text.len = 0;
        measure.buf = NULL;
        measure.len = 0;

        canvas_text_string(&text, strings[i]);
        canvas_text_string(&measure, strings[i]);
        ck_assert_uint_eq(text.len, measure.len);

        value = json_loadb(buf, text.len, JSON_DECODE_ANY, NULL);
        ck_assert_ptr_nonnull(value);
        ck_assert_str_eq(json_string_value(value), strings[i]);
        json_decref(value);
    }
}
END_TEST


Suite *
check_text(void)
{
    const TTest *const  tests[] = { text_pieces, text_seconds, text_string };

    return check_suite("text", tests, CHECK_N(tests));
}
