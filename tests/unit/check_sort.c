/*
 * check_sort: events by time, against a naive stable sort, in memory and
 * through runs of a file.
 */

#include "check_canvas.h"

#include "ctl_sort.h"

#include <stdio.h>


static void check_sort_play(size_t run, size_t n, uint64_t span,
    uint64_t *state);
static int check_sort_compare(const void *a, const void *b);


START_TEST(check_sort_random)
{
    size_t                   i, j;
    uint64_t                 state;
    static const size_t      counts[] = { 1, 2, 999, 1000, 1001, 30500 };
    static const uint64_t    spans[] = { 1, 3, 2048, 100000000,
                                         UINT64_C(250000000000000) };

    state = 99;

    for (i = 0; i < CHECK_N(counts); i++) {
        for (j = 0; j < CHECK_N(spans); j++) {
            check_sort_play(1000, counts[i], spans[j], &state);
            check_sort_play(100000, counts[i], spans[j], &state);
        }
    }
}
END_TEST


START_TEST(check_sort_empty)
{
    ctl_sort_t         *sort;
    ctl_error_t         error;
    const ctl_event_t  *event;

    sort = ctl_sort_open(10);
    ck_assert_ptr_nonnull(sort);
    ck_assert_int_eq(ctl_sort_begin(sort, &error), CTL_OK);
    ck_assert_int_eq(ctl_sort_get(sort, &event, &error), CTL_OK);
    ck_assert_ptr_null(event);
    ctl_sort_close(sort);
}
END_TEST


/* no place for the runs, and more of them than there may be */
START_TEST(check_sort_limits)
{
    size_t        i;
    ctl_sort_t   *sort;
    ctl_event_t   event;
    ctl_error_t   error;

    memset(&event, 0, sizeof(event));

    ck_assert_int_eq(setenv("TMPDIR", "/nonexistent", 1), 0);
    sort = ctl_sort_open(1);
    ck_assert_int_eq(ctl_sort_put(sort, &event, &error), CTL_OK);
    ck_assert_int_eq(ctl_sort_put(sort, &event, &error), CTL_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, "/nonexistent"));
    ctl_sort_close(sort);
    ck_assert_int_eq(unsetenv("TMPDIR"), 0);

    sort = ctl_sort_open(1);

    for (i = 0; i <= CTL_SORT_RUNS; i++) {
        ck_assert_int_eq(ctl_sort_put(sort, &event, &error), CTL_OK);
    }

    ck_assert_int_eq(ctl_sort_put(sort, &event, &error), CTL_FAILED);
    ck_assert_str_eq(error.text, "more than 512 events");
    ctl_sort_close(sort);
}
END_TEST


static void
check_sort_play(size_t run, size_t n, uint64_t span, uint64_t *state)
{
    size_t              i;
    ctl_sort_t         *sort;
    ctl_event_t        *model;
    ctl_error_t         error;
    const ctl_event_t  *event;

    model = calloc(n, sizeof(*model));
    sort = ctl_sort_open(run);
    ck_assert(model != NULL && sort != NULL);

    for (i = 0; i < n; i++) {
        model[i].ms = (int64_t) (check_random(state) % span);
        memcpy(model[i].user, &i, sizeof(i));
        ck_assert_int_eq(ctl_sort_put(sort, &model[i], &error), CTL_OK);
    }

    ck_assert_uint_eq(ctl_sort_count(sort), n);
    ck_assert_int_eq(ctl_sort_begin(sort, &error), CTL_OK);
    qsort(model, n, sizeof(*model), check_sort_compare);

    for (i = 0; i < n; i++) {
        ck_assert_int_eq(ctl_sort_get(sort, &event, &error), CTL_OK);
        ck_assert_ptr_nonnull(event);
        ck_assert_mem_eq(event, &model[i], sizeof(*event));
    }

    ck_assert_int_eq(ctl_sort_get(sort, &event, &error), CTL_OK);
    ck_assert_ptr_null(event);

    ctl_sort_close(sort);
    free(model);
}


/* by time, then by the number that was put into the user */
static int
check_sort_compare(const void *a, const void *b)
{
    size_t              i, j;
    const ctl_event_t  *left, *right;

    left = a;
    right = b;

    if (left->ms != right->ms) {
        return left->ms < right->ms ? -1 : 1;
    }

    memcpy(&i, left->user, sizeof(i));
    memcpy(&j, right->user, sizeof(j));

    return (i > j) - (i < j);
}


Suite *
check_sort(void)
{
    const TTest *const  tests[] = {
        check_sort_random, check_sort_empty, check_sort_limits
    };

    return check_suite("sort", tests, CHECK_N(tests));
}
