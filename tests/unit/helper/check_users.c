/*
 * check_users: events by user, against a plain list, through a table that is
 * emptied into COPY each time it is full.  COPY is played here.
 */

#include "check_helper.h"
#include "ctl_pgcopy.h"
#include "ctl_users.h"

#include <inttypes.h>
#include <stdio.h>

#define CHECK_USERS_N       100
#define CHECK_USERS_EVENTS  20000

typedef struct {
    uint64_t  pixels;
    uint64_t  last_seq;
    int64_t   last_ms;
} check_users_sum_t;


/* what COPY was given, by the last byte of the id */
static check_users_sum_t  check_users_sums[256];
static unsigned           check_users_copies;


ctl_status_t
ctl_pgcopy_begin(ctl_pg_t *pg, const char *sql)
{
    (void) pg;
    ck_assert_str_eq(sql, "COPY import_counts FROM STDIN");
    check_users_copies++;

    return CTL_OK;
}


ctl_status_t
ctl_pgcopy_put(ctl_pg_t *pg, const char *data, size_t len)
{
    char                row[256];
    unsigned            n;
    check_users_sum_t   one, *sum;

    (void) pg;
    memcpy(row, data, len);
    row[len] = '\0';
    ck_assert_int_eq(sscanf(row + 34, "%2x\t%" SCNu64 "\t%" SCNu64 "\t%"
                            SCNd64 "\n", &n, &one.pixels, &one.last_seq,
                            &one.last_ms), 4);

    sum = &check_users_sums[n];
    sum->pixels += one.pixels;
    sum->last_seq = one.last_seq;
    sum->last_ms = one.last_ms;

    return CTL_OK;
}


ctl_status_t
ctl_pgcopy_end(ctl_pg_t *pg, uint64_t *rows)
{
    (void) pg;
    (void) rows;

    return CTL_OK;
}


START_TEST(check_users_random)
{
    uint8_t             id[16];
    unsigned            n;
    uint64_t            seq, state;
    ctl_pg_t            pg;
    ctl_users_t         users;
    check_users_sum_t   expected[256];

    state = 5;
    memset(&pg, 0, sizeof(pg));
    memset(expected, 0, sizeof(expected));

    /* fewer slots than users */
    ck_assert_int_eq(ctl_users_open(&users, &pg, 64), CTL_OK);

    for (seq = 1; seq <= CHECK_USERS_EVENTS; seq++) {
        n = (unsigned) (check_random(&state) % CHECK_USERS_N);
        memset(id, 7, sizeof(id));
        id[0] = (uint8_t) (n / 4);          /* some share a slot */
        id[15] = (uint8_t) n;

        ck_assert_int_eq(ctl_users_add(&users, id, seq,
                                       (int64_t) seq * 10), CTL_OK);
        expected[n].pixels++;
        expected[n].last_seq = seq;
        expected[n].last_ms = (int64_t) seq * 10;
    }

    ck_assert_uint_gt(check_users_copies, 1);
    ck_assert_int_eq(ctl_users_flush(&users), CTL_OK);
    ck_assert_mem_eq(check_users_sums, expected, sizeof(expected));
    ck_assert_uint_eq(users.n, 0);

    ctl_users_close(&users);
}
END_TEST


Suite *
check_users(void)
{
    const TTest *const  tests[] = { check_users_random };

    return check_suite("users", tests, CHECK_N(tests));
}
