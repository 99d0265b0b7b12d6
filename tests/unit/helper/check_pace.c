/*
 * check_pace: frames of random films against a plain definition.
 */

#include "check_helper.h"
#include "ctl_pace.h"

#define CHECK_PACE_EVENTS  60


/* how many changes frame i of frames shows, by what it means */
static unsigned
check_pace_shown(const int64_t *us, unsigned n, int64_t from, int64_t to,
    bool by_events, unsigned i, unsigned frames)
{
    int64_t   at;
    unsigned  k;

    if (i + 1 == frames) {
        return n;
    }

    if (by_events) {
        return (unsigned) ((uint64_t) n * i / (frames - 1));
    }

    at = from + (to - from) * (int64_t) i / ((int64_t) frames - 1);

    for (k = 0; k < n && us[k] <= at; k++) {
        /* void */
    }

    return k;
}


static void
check_pace_film(const int64_t *us, unsigned n, int64_t from, int64_t to,
    bool by_events, unsigned frames)
{
    unsigned    k, i;
    ctl_pace_t  pace;

    ctl_pace_begin(&pace, by_events, frames, from, to, n);
    i = 0;

    for (k = 0; k < n; k++) {
        while (ctl_pace_due(&pace, us[k], k)) {
            ck_assert_uint_eq(k, check_pace_shown(us, n, from, to, by_events,
                                                  i, frames));
            i++;
        }
    }

    while (ctl_pace_rest(&pace)) {
        ck_assert_uint_eq(n, check_pace_shown(us, n, from, to, by_events, i,
                                              frames));
        i++;
    }

    ck_assert_uint_eq(i, frames);
}


START_TEST(pace_random)
{
    int64_t   us[CHECK_PACE_EVENTS], from, to;
    unsigned  round, k, n;
    uint64_t  state;

    state = 77;

    for (round = 0; round < 3000; round++) {
        n = (unsigned) (check_random(&state) % CHECK_PACE_EVENTS);
        from = (int64_t) (check_random(&state) % 1000);
        to = from + (int64_t) (check_random(&state) % 1000);

        /* some at the same moment, some before and behind the film */
        for (k = 0; k < n; k++) {
            us[k] = (k > 0 ? us[k - 1] : 0)
                    + (int64_t) (check_random(&state) % 60);
        }

        check_pace_film(us, n, from, to, round % 2,
                        (unsigned) (check_random(&state) % 40) + 1);
    }
}
END_TEST


/* a week in microseconds, times the number of frames of ten minutes */

START_TEST(pace_large)
{
    unsigned    i;
    ctl_pace_t  pace;

    ctl_pace_begin(&pace, false, 36000, INT64_C(1790000000000000),
                   INT64_C(1790000000000000) + INT64_C(604800000000), 0);

    for (i = 0; i < 35998; i++) {
        ck_assert(ctl_pace_due(&pace, INT64_MAX - 1, 0));
    }

    ck_assert_int_eq(pace.at, INT64_C(1790000000000000)
                              + INT64_C(604800000000) / 35999 * 35998
                              + INT64_C(604800000000) % 35999 * 35998
                                / 35999);
    ck_assert(ctl_pace_due(&pace, INT64_MAX - 1, 0));
    ck_assert(!ctl_pace_due(&pace, INT64_MAX - 1, 0));
    ck_assert(ctl_pace_rest(&pace));
    ck_assert(!ctl_pace_rest(&pace));

    ctl_pace_begin(&pace, true, 36000, 0, 0, UINT64_C(9007199254740991));

    for (i = 0; i < 18000; i++) {
        ck_assert(ctl_pace_due(&pace, 0, UINT64_C(9007199254740991)));
    }

    ck_assert_int_gt(pace.at, INT64_C(4503599627370495));
    ck_assert_int_lt(pace.at, INT64_C(4503850000000000));
}
END_TEST


Suite *
check_pace(void)
{
    const TTest *const  tests[] = { pace_random, pace_large };

    return check_suite("pace", tests, CHECK_N(tests));
}
