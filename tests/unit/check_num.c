/*
 * check_num: decimal numbers against snprintf() and strtoull().
 */

#include "check_canvas.h"
#include "canvas_num.h"

#include <inttypes.h>
#include <stdio.h>


static void
check_num_write(uint64_t value)
{
    int    len;
    char   buf[32], expected[32];
    char  *end;

    len = snprintf(expected, sizeof(expected), "%" PRIu64, value);
    memset(buf, '#', sizeof(buf));

    end = canvas_num_write(buf, value);

    ck_assert_int_eq(end - buf, len);
    ck_assert_mem_eq(buf, expected, len);
    ck_assert_int_eq(*end, '#');
    ck_assert_uint_eq(canvas_num_len(value), len);
}


START_TEST(num_write)
{
    uint64_t  i, power, state;

    for (i = 0; i < 70000; i++) {
        check_num_write(i);
    }

    for (power = 10; power < UINT64_MAX / 10; power *= 10) {
        check_num_write(power - 1);
        check_num_write(power);
        check_num_write(power + 1);
    }

    check_num_write(UINT64_MAX);
    check_num_write(UINT64_MAX / 10 * 10);
    check_num_write(UINT64_C(10000000000000000000));

    state = 1;

    for (i = 0; i < 200000; i++) {
        check_num_write(check_random(&state) >> (i % 64));
    }
}
END_TEST


START_TEST(num_read)
{
    size_t        i;
    uint64_t      value;
    const char   *end;

    static const struct {
        const char  *text;
        uint64_t     max;
        int          taken;         /* -1: malformed */
        uint64_t     value;
    } cases[] = {
        { "0", 9, 1, 0 },
        { "0,", 9, 1, 0 },
        { "42x", 100, 2, 42 },
        { "255", 255, 3, 255 },
        { "18446744073709551615", UINT64_MAX, 20, UINT64_MAX },
        { "256", 255, -1, 0 },
        { "7", 5, -1, 0 },
        { "18446744073709551616", UINT64_MAX, -1, 0 },
        { "99999999999999999999", UINT64_MAX, -1, 0 },
        { "", 9, -1, 0 },
        { "x", 9, -1, 0 },
        { "00", 9, -1, 0 },
        { "01", 9, -1, 0 },
        { "-1", 9, -1, 0 },
        { "+1", 9, -1, 0 },
        { " 1", 9, -1, 0 },
        { "0", 0, 1, 0 },
        { "1", 0, -1, 0 }
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        value = 777;
        end = canvas_num_read(cases[i].text,
                              cases[i].text + strlen(cases[i].text),
                              cases[i].max, &value);

        if (cases[i].taken < 0) {
            ck_assert_msg(end == NULL, "\"%s\" was read", cases[i].text);
            ck_assert_uint_eq(value, 777);
            continue;
        }

        ck_assert_msg(end == cases[i].text + cases[i].taken,
                      "\"%s\" was not read", cases[i].text);
        ck_assert_uint_eq(value, cases[i].value);
    }
}
END_TEST


START_TEST(num_read_stops_at_last)
{
    uint64_t     value;
    const char  *text = "12345";

    ck_assert_ptr_eq(canvas_num_read(text, text + 2, 99999, &value), text + 2);
    ck_assert_uint_eq(value, 12);
    ck_assert_ptr_null(canvas_num_read(text, text, 99999, &value));
}
END_TEST


Suite *
check_num(void)
{
    const TTest *const  tests[] = {
        num_write, num_read, num_read_stops_at_last
    };

    return check_suite("num", tests, CHECK_N(tests));
}
