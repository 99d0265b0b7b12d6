/*
 * check_thumbnail: means of areas against a plain sum over fine squares.
 */

#include "check_helper.h"
#include "ctl_thumbnail.h"

#include <math.h>


static double
check_thumbnail_linear(uint8_t value)
{
    double  v;

    v = value / 255.0;

    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}


/*
 * width * height squares a dot: both the pixels and the dots are made of
 * whole ones.
 */
static double
check_thumbnail_mean(const uint8_t *pixels, unsigned width, unsigned height,
    unsigned out_width, unsigned out_height, unsigned dot_x, unsigned dot_y,
    const canvas_palette_t *palette, unsigned c)
{
    double    sum;
    unsigned  i, j, x, y;

    sum = 0;

    for (j = 0; j < height; j++) {
        y = (dot_y * height + j) / out_height;

        for (i = 0; i < width; i++) {
            x = (dot_x * width + i) / out_width;
            sum += check_thumbnail_linear(
                       palette->rgb[pixels[y * width + x]][c]);
        }
    }

    sum /= width * height;

    return 255 * (sum <= 0.0031308 ? 12.92 * sum
                                   : 1.055 * pow(sum, 1 / 2.4) - 0.055);
}


START_TEST(thumbnail_means)
{
    size_t             k;
    uint8_t           *pixels, *rgb;
    double             mean;
    unsigned           i, x, y, c, width, height, out_width, out_height;
    uint64_t           state;
    canvas_palette_t   palette;

    static const unsigned  sizes[][4] = {
        { 8, 8, 4, 4 }, { 7, 5, 3, 2 }, { 13, 29, 13, 29 }, { 31, 17, 30, 1 },
        { 1, 1, 1, 1 }, { 40, 3, 7, 3 }
    };

    state = 11;
    canvas_palette_default(&palette);

    for (i = 0; i < CHECK_N(sizes); i++) {
        width = sizes[i][0];
        height = sizes[i][1];
        out_width = sizes[i][2];
        out_height = sizes[i][3];

        pixels = malloc((size_t) width * height);
        rgb = malloc((size_t) out_width * out_height * 3);
        ck_assert(pixels != NULL && rgb != NULL);

        for (k = 0; k < (size_t) width * height; k++) {
            pixels[k] = (uint8_t) (check_random(&state) % 16);
        }

        ck_assert_int_eq(ctl_thumbnail_draw(rgb, out_width, out_height,
                                            pixels, width, height, &palette),
                         CANVAS_OK);

        for (y = 0; y < out_height; y++) {
            for (x = 0; x < out_width; x++) {
                for (c = 0; c < 3; c++) {
                    mean = check_thumbnail_mean(pixels, width, height,
                                                out_width, out_height, x, y,
                                                &palette, c);
                    ck_assert(fabs(mean - rgb[(y * out_width + x) * 3 + c])
                              < 0.51);
                }
            }
        }

        free(pixels);
        free(rgb);
    }
}
END_TEST


START_TEST(thumbnail_size)
{
    size_t    i;
    unsigned  width, height;

    static const unsigned  cases[][5] = {
        { 500, 500, 100, 100, 100 }, { 500, 250, 100, 100, 50 },
        { 250, 500, 100, 50, 100 }, { 64, 48, 100, 64, 48 },
        { 64, 48, 64, 64, 48 }, { 65535, 1, 10, 10, 1 },
        { 3, 1000, 10, 1, 10 }, { 64, 48, 1, 1, 1 }
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        ctl_thumbnail_size(cases[i][0], cases[i][1], cases[i][2], &width,
                           &height);
        ck_assert_uint_eq(width, cases[i][3]);
        ck_assert_uint_eq(height, cases[i][4]);
    }
}
END_TEST


Suite *
check_thumbnail(void)
{
    const TTest *const  tests[] = { thumbnail_means, thumbnail_size };

    return check_suite("thumbnail", tests, CHECK_N(tests));
}
