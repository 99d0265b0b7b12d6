/*
 * check_heat: levels against their formula, and the ramp as the eye sees it.
 */

#include "check_helper.h"
#include "ctl_heat.h"

#include <math.h>


/* CIE lightness of a colour, 0 to 100 */
static double
check_heat_lightness(const uint8_t *rgb)
{
    double    y, v;
    unsigned  c;

    static const double  share[] = { 0.2126, 0.7152, 0.0722 };

    y = 0;

    for (c = 0; c < 3; c++) {
        v = rgb[c] / 255.0;
        y += share[c] * (v <= 0.04045 ? v / 12.92
                                      : pow((v + 0.055) / 1.055, 2.4));
    }

    return y > 0.008856 ? 116 * cbrt(y) - 16 : 903.3 * y;
}


START_TEST(heat_ramp)
{
    double             light, last;
    unsigned           i;
    canvas_palette_t   ramp;

    ctl_heat_ramp(&ramp);
    ck_assert_uint_eq(ramp.n, 256);
    ck_assert_mem_eq(ramp.rgb[0], "\x06\x01\x24", 3);
    ck_assert_mem_eq(ramp.rgb[255], "\xff\xfa\xd9", 3);

    /* it rises in even steps from dark to light */
    last = check_heat_lightness(ramp.rgb[0]);
    ck_assert(last < 3);

    for (i = 15; i < 256; i += 15) {
        light = check_heat_lightness(ramp.rgb[i]);
        ck_assert_msg(light - last > 2 && light - last < 9,
                      "%u: %f behind %f", i, light, last);
        last = light;
    }

    ck_assert(last > 95);
}
END_TEST


START_TEST(heat_levels)
{
    uint8_t   levels[6];
    unsigned  i;

    static const uint32_t  counts[] = { 0, 1, 9, 99, 999, 2 };
    static const uint32_t  none[6];
    static const uint32_t  wide[] = { 0, 1, UINT32_MAX, 0, 0, 0 };

    ctl_heat_levels(levels, counts, 6);

    for (i = 0; i < 6; i++) {
        ck_assert_uint_eq(levels[i],
                          (unsigned) lrint(255 * log(1.0 + counts[i])
                                           / log(1000)));
    }

    ctl_heat_levels(levels, none, 6);

    for (i = 0; i < 6; i++) {
        ck_assert_uint_eq(levels[i], 0);
    }

    /* a change is never nothing */
    ctl_heat_levels(levels, wide, 6);
    ck_assert_uint_eq(levels[0], 0);
    ck_assert_uint_ge(levels[1], 1);
    ck_assert_uint_eq(levels[2], 255);
}
END_TEST


Suite *
check_heat(void)
{
    const TTest *const  tests[] = { heat_ramp, heat_levels };

    return check_suite("heat", tests, CHECK_N(tests));
}
