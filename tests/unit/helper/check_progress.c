/*
 * check_progress: what the bar says, in whatever width.
 */

#include "check_helper.h"
#include "ctl_progress.h"


START_TEST(progress_line)
{
    size_t     i;
    char       line[128];
    ctl_bar_t  bar;

    static const struct {
        uint64_t     done;
        int64_t      elapsed;
        unsigned     columns;
        const char  *line;
    } cases[] = {
        { 0, 0, 79, "  0%  0 of 900 frames  "
                    "[>                                       ]" },
        { 378, 9000, 60, " 42%  378 of 900 frames  0:12 left  "
                         "[=========>            ]" },
        { 378, 9000, 50, " 42%  378 of 900 frames  0:12 left  "
                         "[=====>      ]" },
        { 378, 9000, 48, " 42%  378 of 900 frames  0:12 left  "
                         "[====>     ]" },
        { 378, 9000, 47, " 42%  378 of 900 frames  0:12 left" },
        { 378, 9000, 34, " 42%  378 of 900 frames  0:12 left" },
        { 378, 9000, 33, " 42%  378 of 900 frames" },
        { 378, 9000, 22, " 42%" },
        { 378, 9000, 4, " 42%" },
        { 378, 9000, 2, " 4" },
        { 378, 999, 40, " 42%  378 of 900 frames  [=====>       ]" },
        { 1, 100000, 60, "  0%  1 of 900 frames  1498:20 left  "
                         "[>                    ]" },
        { 900, 5000, 50, "100%  900 of 900 frames  0:00 left  "
                         "[============]" },
        { 1000, 5000, 34, "100%  900 of 900 frames  0:00 left" }
    };

    bar.unit = "frames";
    bar.total = 900;

    for (i = 0; i < CHECK_N(cases); i++) {
        memset(line, '#', sizeof(line));
        ctl_bar_line(line, sizeof(line), &bar, cases[i].done,
                     cases[i].elapsed, cases[i].columns);
        ck_assert_str_eq(line, cases[i].line);
        ck_assert_uint_le(strlen(line), cases[i].columns);
    }

    /* a buffer smaller than the terminal */
    memset(line, '#', sizeof(line));
    ctl_bar_line(line, 30, &bar, 378, 9000, 1000);
    ck_assert_str_eq(line, " 42%  378 of 900 frames");
}
END_TEST


Suite *
check_progress(void)
{
    const TTest *const  tests[] = { progress_line };

    return check_suite("progress", tests, CHECK_N(tests));
}
