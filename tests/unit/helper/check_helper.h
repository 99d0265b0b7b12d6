/*
 * check_helper: the suites of the helper's parts, one check_<name>.c a
 * ctl_<name>.c.  What they share with the tests of core is in check_canvas.h.
 */

#ifndef CHECK_HELPER_H_INCLUDED
#define CHECK_HELPER_H_INCLUDED

#include "check_canvas.h"

Suite *check_arg(void);
Suite *check_block(void);
Suite *check_counts(void);
Suite *check_crew(void);
Suite *check_frame(void);
Suite *check_heat(void);
Suite *check_lines(void);
Suite *check_pace(void);
Suite *check_progress(void);
Suite *check_rows(void);
Suite *check_summary(void);
Suite *check_territory(void);
Suite *check_thumbnail(void);
Suite *check_time(void);
Suite *check_users(void);

#endif /* CHECK_HELPER_H_INCLUDED */
