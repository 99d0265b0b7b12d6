/*
 * check_crew: blocks of very different length come back in the order in which
 * they were given, whoever reads them and however many are on their way.
 */

#include "check_helper.h"
#include "ctl_crew.h"

#include <stdio.h>

#define CHECK_CREW_SIZE    65536
#define CHECK_CREW_BLOCKS  500


static size_t check_crew_fill(ctl_block_t *block, unsigned n);


START_TEST(check_crew_order)
{
    size_t                   rows[CHECK_CREW_BLOCKS];
    unsigned                 threads, given, taken;
    ctl_crew_t              *crew;
    ctl_block_t             *block;
    ctl_error_t              error;
    const ctl_block_rules_t  rules = { .form = CTL_CSV_2017 };

    for (threads = 0; threads <= 5; threads++) {
        crew = ctl_crew_open(threads, &rules, CHECK_CREW_SIZE, &error);
        ck_assert_ptr_nonnull(crew);
        given = 0;

        for (taken = 0; ; taken++) {
            while (given < CHECK_CREW_BLOCKS
                   && (block = ctl_crew_free(crew)) != NULL)
            {
                rows[given] = check_crew_fill(block, given);
                ctl_crew_give(crew);
                given++;
            }

            block = ctl_crew_take(crew);
            if (block == NULL) {
                break;
            }

            ck_assert_uint_eq(block->n, rows[taken]);
            ck_assert_ptr_null(block->wrong);

            if (block->n > 0) {
                ck_assert_int_eq(block->rows[0].ms, taken);
                ck_assert_int_eq(block->rows[block->n - 1].ms, taken);
            }
        }

        ck_assert_uint_eq(taken, CHECK_CREW_BLOCKS);
        ctl_crew_close(crew);
    }
}
END_TEST


/* and so does one whose blocks nobody takes */
START_TEST(check_crew_forgotten)
{
    unsigned                 given;
    ctl_crew_t              *crew;
    ctl_block_t             *block;
    ctl_error_t              error;
    const ctl_block_rules_t  rules = { .form = CTL_CSV_2017 };

    for (given = 0; given < 4; given++) {
        unsigned  n;

        crew = ctl_crew_open(2, &rules, CHECK_CREW_SIZE, &error);
        ck_assert_ptr_nonnull(crew);

        for (n = 0; n < given; n++) {
            block = ctl_crew_free(crew);
            check_crew_fill(block, n);
            ctl_crew_give(crew);
        }

        ctl_crew_close(crew);
    }
}
END_TEST


static size_t
check_crew_fill(ctl_block_t *block, unsigned n)
{
    size_t  i, rows;

    rows = n * 7919 % 2000;
    block->len = 0;

    for (i = 0; i < rows; i++) {
        block->len += (size_t) sprintf(block->text + block->len,
                                       "%u,u%zu,1,2,3\n", n, i);
    }

    return rows;
}


Suite *
check_crew(void)
{
    const TTest *const  tests[] = { check_crew_order, check_crew_forgotten };

    return check_suite("crew", tests, CHECK_N(tests));
}
