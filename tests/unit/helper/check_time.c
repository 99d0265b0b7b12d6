/*
 * check_time: RFC 3339 there and back, and what is refused.
 */

#include "check_helper.h"
#include "ctl_time.h"


START_TEST(time_parses)
{
    size_t   i;
    char     text[CTL_TIME_LEN];
    int64_t  us;

    static const struct {
        const char  *text;
        int64_t      us;
        const char  *again;         /* NULL: the same */
    } cases[] = {
        { "1970-01-01T00:00:00Z", 0, NULL },
        { "1970-01-01T00:00:00.000001Z", 1, NULL },
        { "1969-12-31T23:59:59.5Z", -500000, NULL },
        { "2026-02-07T14:00:00Z", INT64_C(1770472800000000), NULL },
        { "2026-02-07T14:00:00.25Z", INT64_C(1770472800250000), NULL },
        { "2026-02-07 14:00:00z", INT64_C(1770472800000000),
          "2026-02-07T14:00:00Z" },
        { "2026-02-07t09:30:00-04:30", INT64_C(1770472800000000),
          "2026-02-07T14:00:00Z" },
        { "2026-02-08T03:59:00+13:59", INT64_C(1770472800000000),
          "2026-02-07T14:00:00Z" },
        { "2026-02-07T14:00:00.100000+00:00", INT64_C(1770472800100000),
          "2026-02-07T14:00:00.1Z" },
        { "2024-02-29T00:00:00Z", INT64_C(1709164800000000), NULL },
        { "9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999), NULL }
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        ck_assert_msg(ctl_time_parse(cases[i].text, &us), "%s",
                      cases[i].text);
        ck_assert_int_eq(us, cases[i].us);

        ctl_time_format(us, text);
        ck_assert_str_eq(text, cases[i].again != NULL ? cases[i].again
                                                      : cases[i].text);
    }
}
END_TEST


START_TEST(time_refuses)
{
    size_t   i;
    int64_t  us;

    static const char *const  cases[] = {
        "", "now", "2026", "2026-02-07", "2026-02-07T14:00Z",
        "2026-02-07T14:00:00", "2026-02-07T14:00:00.Z",
        "2026-02-07T14:00:00.1234567Z", "2026-02-07T24:00:00Z",
        "2026-02-07T14:60:00Z", "2026-02-07T14:00:60Z",
        "2026-02-30T14:00:00Z", "2023-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
        "26-02-07T14:00:00Z", "2026-02-07T14:00:00Zx",
        "2026-02-07T14:00:00+1:00", "2026-02-07T14:00:00+24:00",
        "2026-02-07T14:00:00+01:60", "2026-02-07T14:00:00+0100",
        "-026-02-07T14:00:00Z", " 2026-02-07T14:00:00Z", "1770472800"
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        ck_assert_msg(!ctl_time_parse(cases[i], &us), "%s", cases[i]);
    }
}
END_TEST


Suite *
check_time(void)
{
    const TTest *const  tests[] = { time_parses, time_refuses };

    return check_suite("time", tests, CHECK_N(tests));
}
