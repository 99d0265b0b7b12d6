/*
 * check_block: a block of lines: rows, line numbers, what ends it and what is
 * left out.
 */

#include "check_helper.h"
#include "ctl_block.h"

#include <stdio.h>

#define CHECK_BLOCK_SIZE  4096


static void check_block_text(ctl_block_t *block, const char *text,
    const ctl_block_rules_t *rules);


START_TEST(check_block_rows)
{
    ctl_block_t              block;
    ctl_error_t              error;
    const ctl_block_rules_t  rules = { .form = CTL_CSV_2022 };

    ck_assert_int_eq(ctl_block_open(&block, CHECK_BLOCK_SIZE, &error),
                     CTL_OK);
    check_block_text(&block, "5,bob,#010203,\"7,8\"\r\n"
                     "\n"
                     "4,eve,#FFFFFF,\"9,8,3,4\"\n"
                     "\r\n"
                     "5,bob,#010203,\"7,8\"", &rules);

    ck_assert_int_eq(block.status, CTL_OK);
    ck_assert_ptr_null(block.wrong);
    ck_assert_uint_eq(block.lines, 5);
    ck_assert_uint_eq(block.skipped, 0);
    ck_assert_uint_eq(block.n, 3);

    ck_assert_int_eq(block.rows[0].ms, 5);
    ck_assert_uint_eq(block.rows[0].color, 0x010203);
    ck_assert_uint_eq(block.rows[0].x2, 7);
    ck_assert_uint_eq(block.rows[1].line, 3);
    ck_assert_uint_eq(block.rows[1].x1, 3);
    ck_assert_uint_eq(block.rows[1].y1, 4);
    ck_assert_uint_eq(block.rows[1].x2, 9);
    ck_assert_uint_eq(block.rows[1].y2, 8);
    ck_assert_uint_eq(block.rows[2].line, 5);
    ck_assert_mem_eq(block.rows[2].user, block.rows[0].user, 16);
    ck_assert_mem_ne(block.rows[1].user, block.rows[0].user, 16);

    ctl_block_close(&block);
}
END_TEST


/* none is longer than its shortest lines */
START_TEST(check_block_full)
{
    char                     text[CHECK_BLOCK_SIZE];
    size_t                   i;
    ctl_block_t              block;
    ctl_error_t              error;
    const ctl_block_rules_t  rules = { .form = CTL_CSV_2017 };

    for (i = 0; i < sizeof(text); i++) {
        text[i] = "0,a,0,0,0\n"[i % CTL_BLOCK_LINE_MIN];
    }

    ck_assert_int_eq(ctl_block_open(&block, i, &error), CTL_OK);
    memcpy(block.text, text, i);
    block.len = i - i % CTL_BLOCK_LINE_MIN - 1;
    check_block_text(&block, NULL, &rules);
    ck_assert_ptr_null(block.wrong);
    ck_assert_uint_eq(block.n, i / CTL_BLOCK_LINE_MIN);
    ctl_block_close(&block);
}
END_TEST


START_TEST(check_block_wrong)
{
    size_t               i;
    ctl_block_t          block;
    ctl_error_t          error;
    ctl_block_rules_t    rules = { CTL_CSV_2017, 10, 20, false };

    static const struct {
        const char  *line;
        const char  *wrong;
    } cases[] = {
        { "1,a,1,2", "5 fields expected" },
        { "1,a,10,2,3", "outside the canvas" },
        { "1,a,1,20,3", "outside the canvas" },
        { "x,a,1,2,3", "no time like 2017-04-03 17:38:22.252 UTC" }
    };

    ck_assert_int_eq(ctl_block_open(&block, CHECK_BLOCK_SIZE, &error),
                     CTL_OK);

    for (i = 0; i < CHECK_N(cases); i++) {
        char  text[128];

        snprintf(text, sizeof(text), "1,a,9,19,3\n%s\n1,a,1,2,3\n",
                 cases[i].line);

        rules.skip_bad = false;
        check_block_text(&block, text, &rules);
        ck_assert_str_eq(block.wrong, cases[i].wrong);
        ck_assert_uint_eq(block.lines, 2);
        ck_assert_uint_eq(block.n, 1);

        rules.skip_bad = true;
        check_block_text(&block, text, &rules);
        ck_assert_ptr_null(block.wrong);
        ck_assert_uint_eq(block.lines, 3);
        ck_assert_uint_eq(block.n, 2);
        ck_assert_uint_eq(block.skipped, 1);
    }

    rules = (ctl_block_rules_t) { .form = CTL_CSV_2022 };
    check_block_text(&block, "1,a,#000000,\"0,0,60000,60000\"\n", &rules);
    ck_assert_str_eq(block.wrong, "a rectangle larger than any canvas");

    ctl_block_close(&block);
}
END_TEST


/* text NULL: what is in the block already */
static void
check_block_text(ctl_block_t *block, const char *text,
    const ctl_block_rules_t *rules)
{
    ctl_error_t      error;
    ctl_pseudonym_t  pseudonym;

    if (text != NULL) {
        block->len = strlen(text);
        memcpy(block->text, text, block->len);
    }

    ck_assert_int_eq(ctl_pseudonym_open(&pseudonym, NULL, &error), CTL_OK);
    ctl_block_read(block, rules, &pseudonym);
    ctl_pseudonym_close(&pseudonym);
}


Suite *
check_block(void)
{
    const TTest *const  tests[] = {
        check_block_rows, check_block_full, check_block_wrong
    };

    return check_suite("block", tests, CHECK_N(tests));
}
