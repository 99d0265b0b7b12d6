/*
 * check_arg: values of options.
 */

#include "check_helper.h"
#include "ctl_arg.h"


START_TEST(arg_number)
{
    size_t    i;
    uint64_t  value;

    static const char *const  bad[] = {
        "", "0", "65", "2x", "-1", "+1", " 1", "1 ", "01", "1.0", "0x1",
        "99999999999999999999"
    };

    ck_assert(ctl_arg_number("1", 1, 64, &value) && value == 1);
    ck_assert(ctl_arg_number("64", 1, 64, &value) && value == 64);

    for (i = 0; i < CHECK_N(bad); i++) {
        ck_assert_msg(!ctl_arg_number(bad[i], 1, 64, &value), "%s", bad[i]);
    }
}
END_TEST


START_TEST(arg_seconds)
{
    size_t    i;
    unsigned  ms;

    static const struct {
        const char  *text;
        unsigned     ms;
    } good[] = {
        { "1", 1000 }, { "0.1", 100 }, { "2.5", 2500 }, { "2.25", 2250 },
        { "0.125", 125 }, { "600", 600000 }, { "600.000", 600000 }
    };

    static const char *const  bad[] = {
        "", "0", "0.09", "601", "600.001", "1.", ".5", "1.2345", "1,5",
        "-1", "1s", "1.2.3", "01", "1e2"
    };

    for (i = 0; i < CHECK_N(good); i++) {
        ck_assert_msg(ctl_arg_seconds(good[i].text, 100, 600000, &ms), "%s",
                      good[i].text);
        ck_assert_uint_eq(ms, good[i].ms);
    }

    for (i = 0; i < CHECK_N(bad); i++) {
        ck_assert_msg(!ctl_arg_seconds(bad[i], 100, 600000, &ms), "%s",
                      bad[i]);
    }
}
END_TEST


START_TEST(arg_rect)
{
    size_t      i;
    ctl_rect_t  rect;

    static const char *const  bad[] = {
        "", "1", "1,2", "1,2,3", "1,2,3,4,5", "1,2,3,0", "1,2,0,4",
        "1,2,3,4,", ",1,2,3,4", "1, 2,3,4", "-1,2,3,4", "1,2,3,65536",
        "65536,0,1,1", "a,b,c,d", "1x2x3x4"
    };

    ck_assert(ctl_arg_rect("0,65535,1,65535", &rect));
    ck_assert(rect.x == 0 && rect.y == 65535 && rect.width == 1
              && rect.height == 65535);

    for (i = 0; i < CHECK_N(bad); i++) {
        ck_assert_msg(!ctl_arg_rect(bad[i], &rect), "%s", bad[i]);
    }
}
END_TEST


START_TEST(arg_uuid)
{
    ck_assert(ctl_arg_uuid("00000000-0000-4000-8000-000000000000"));
    ck_assert(!ctl_arg_uuid("7"));
    ck_assert(!ctl_arg_uuid(""));
    ck_assert(!ctl_arg_uuid("00000000-0000-4000-8000-0000000000000"));
}
END_TEST


Suite *
check_arg(void)
{
    const TTest *const  tests[] = {
        arg_number, arg_seconds, arg_rect, arg_uuid
    };

    return check_suite("arg", tests, CHECK_N(tests));
}
