/*
 * check_main: runs every suite, or those that CK_RUN_SUITE names.
 */

#include "check_canvas.h"


static Suite *(*const  check_suites[])(void) = {
    check_status, check_num, check_text, check_palette, check_grid, check_id,
    check_event, check_notice, check_sum, check_mirror, check_mirror_kill,
    check_utf8, check_inflate, check_extension, check_ws, check_ws_stream,
    check_proto, check_proto_update, check_proto_parse, check_proto_scan,
    check_png, check_csv, check_sort, check_deflate, check_tick, check_board,
    check_stored
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
