/*
 * check_helper: runs every suite of the helper's parts, or those that
 * CK_RUN_SUITE names.
 */

#include "check_helper.h"


static Suite *(*const  check_suites[])(void) = {
    check_arg, check_block, check_counts, check_crew, check_frame,
    check_heat, check_lines, check_pace, check_progress, check_rows,
    check_summary, check_territory, check_thumbnail, check_time, check_users
};


int
main(void)
{
    int       failed;
    size_t    i;
    SRunner  *runner;

    runner = srunner_create(NULL);

    for (i = 0; i < CHECK_N(check_suites); i++) {
        srunner_add_suite(runner, check_suites[i]());
    }

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);

    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
