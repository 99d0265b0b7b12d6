/*
 * check_tick: the tick follows how long sweeps take.
 */

#include "check_canvas.h"
#include "canvas_tick.h"


START_TEST(test_quiet)
{
    size_t         i;
    canvas_tick_t  tick;

    canvas_tick_init(&tick, 40);
    ck_assert_uint_eq(tick.now, 40);

    for (i = 0; i < 100; i++) {
        canvas_tick_slice(&tick, 2000);
        canvas_tick_slice(&tick, 2000);
        /* from beginning to beginning */
        ck_assert_uint_eq(canvas_tick_end(&tick), 36);
        ck_assert_uint_eq(tick.now, 40);
    }
}
END_TEST


START_TEST(test_two_thirds_of_the_time)
{
    canvas_tick_t  tick;

    canvas_tick_init(&tick, 40);
    canvas_tick_slice(&tick, 26000);
    ck_assert_uint_eq(canvas_tick_end(&tick), 14);
    ck_assert_uint_eq(tick.now, 40);

    /* never a tick that ends early */
    canvas_tick_slice(&tick, 28001);
    ck_assert_uint_eq(canvas_tick_end(&tick), 15);
    ck_assert_uint_eq(tick.now, 43);

    canvas_tick_slice(&tick, 50000);
    canvas_tick_slice(&tick, 70000);
    ck_assert_uint_eq(canvas_tick_end(&tick), 60);
    ck_assert_uint_eq(tick.now, 180);
}
END_TEST


START_TEST(test_most)
{
    canvas_tick_t  tick;

    canvas_tick_init(&tick, 40);
    canvas_tick_slice(&tick, UINT64_C(5000000000000));
    ck_assert_uint_eq(canvas_tick_end(&tick), 167);
    ck_assert_uint_eq(tick.now, CANVAS_TICK_MAX);

    /* what is configured is never cut */
    canvas_tick_init(&tick, 3000);
    canvas_tick_slice(&tick, 9000000);
    ck_assert_uint_eq(canvas_tick_end(&tick), 1000);
    ck_assert_uint_eq(tick.now, 3000);
}
END_TEST


START_TEST(test_back_when_quiet)
{
    size_t         i;
    uint32_t       before, now;
    canvas_tick_t  tick;

    canvas_tick_init(&tick, 40);
    canvas_tick_slice(&tick, 200000);
    ck_assert_uint_eq(canvas_tick_end(&tick), 100);
    before = tick.now;
    ck_assert_uint_eq(before, 300);

    for (i = 0; i < 20; i++) {
        canvas_tick_slice(&tick, 1000);
        ck_assert_uint_eq(canvas_tick_end(&tick), tick.now - 1);
        now = tick.now;

        ck_assert_uint_ge(now, before - before / 4);
        ck_assert(now < before || now == 40);
        before = now;
    }

    ck_assert_uint_eq(before, 40);
}
END_TEST


Suite *
check_tick(void)
{
    const TTest *const  tests[] = {
        test_quiet, test_two_thirds_of_the_time, test_most,
        test_back_when_quiet
    };

    return check_suite("tick", tests, CHECK_N(tests));
}
