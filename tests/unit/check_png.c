/*
 * check_png: images are decoded again by libpng and compared pixel by pixel.
 */

#include "check_canvas.h"
#include "canvas_png.h"

#include <png.h>
#include <stdio.h>


static void
check_png_palette(canvas_palette_t *palette, unsigned n)
{
    char      text[8];
    unsigned  i;

    memset(palette, 0, sizeof(canvas_palette_t));

    for (i = 0; i < n; i++) {
        (void) snprintf(text, sizeof(text), "#%02hhx%02hhx%02hhx", (uint8_t) i,
                        (uint8_t) (i * 37), (uint8_t) (255 - i));
        ck_assert_int_eq(canvas_palette_add(palette, text, 7), CANVAS_OK);
    }
}


static void
check_png_compare(const uint8_t *png, size_t len, const uint8_t *pixels,
    unsigned width, unsigned height, const canvas_palette_t *palette,
    unsigned scale)
{
    uint8_t         *rgb;
    unsigned         x, y;
    png_image        image;
    const uint8_t   *got, *expected;

    memset(&image, 0, sizeof(image));
    image.version = PNG_IMAGE_VERSION;

    ck_assert(png_image_begin_read_from_memory(&image, png, len));
    ck_assert_uint_eq(image.width, width * scale);
    ck_assert_uint_eq(image.height, height * scale);
    ck_assert(image.format & PNG_FORMAT_FLAG_COLORMAP);

    image.format = PNG_FORMAT_RGB;
    rgb = malloc(PNG_IMAGE_SIZE(image));
    ck_assert_ptr_nonnull(rgb);
    ck_assert(png_image_finish_read(&image, NULL, rgb, 0, NULL));

    for (y = 0; y < image.height; y++) {

        for (x = 0; x < image.width; x++) {
            got = rgb + 3 * ((size_t) y * image.width + x);
            expected = palette->rgb[pixels[(size_t) (y / scale) * width
                                           + x / scale]];

            if (memcmp(got, expected, 3) != 0) {
                ck_abort_msg("pixel %u,%u differs", x, y);
            }
        }
    }

    free(rgb);
}


START_TEST(png_decodes)
{
    size_t            i, k, len;
    uint8_t          *png, *pixels;
    uint64_t          state;
    canvas_palette_t  palette;

    static const struct {
        unsigned  width;
        unsigned  height;
        unsigned  colors;
        unsigned  scale;
        int       level;
        unsigned  depth;
    } cases[] = {
        { 1, 1, 1, 1, 0, 1 },
        { 9, 3, 2, 1, 9, 1 },
        { 9, 3, 3, 2, 6, 2 },
        { 7, 5, 4, 64, 1, 2 },
        { 7, 5, 5, 3, 6, 4 },
        { 33, 21, 16, 1, 6, 4 },
        { 33, 21, 17, 5, 6, 8 },
        { 300, 200, 256, 1, 0, 8 }
    };

    state = 9;

    for (i = 0; i < CHECK_N(cases); i++) {
        check_png_palette(&palette, cases[i].colors);
        pixels = malloc((size_t) cases[i].width * cases[i].height);
        ck_assert_ptr_nonnull(pixels);

        for (k = 0; k < (size_t) cases[i].width * cases[i].height; k++) {
            pixels[k] = (uint8_t) (check_random(&state) % cases[i].colors);
        }

        ck_assert_int_eq(canvas_png_encode(pixels, cases[i].width,
                                           cases[i].height, &palette,
                                           cases[i].scale, cases[i].level,
                                           &png, &len), CANVAS_OK);

        /* IHDR: bit depth and colour type 3, indexed */
        ck_assert_uint_eq(png[24], cases[i].depth);
        ck_assert_uint_eq(png[25], 3);

        check_png_compare(png, len, pixels, cases[i].width, cases[i].height,
                          &palette, cases[i].scale);
        free(png);
        free(pixels);
    }
}
END_TEST


START_TEST(png_true_color)
{
    size_t       len, n;
    uint8_t     *png, *rgb, *got;
    unsigned     i, k;
    uint64_t     state;
    png_image    image;

    static const unsigned  sizes[][2] = { { 1, 1 }, { 7, 3 }, { 200, 133 } };

    state = 5;

    for (i = 0; i < CHECK_N(sizes); i++) {
        n = 3 * (size_t) sizes[i][0] * sizes[i][1];
        rgb = malloc(n);
        got = malloc(n);
        ck_assert(rgb != NULL && got != NULL);

        for (k = 0; k < n; k++) {
            rgb[k] = (uint8_t) check_random(&state);
        }

        ck_assert_int_eq(canvas_png_encode_rgb(rgb, sizes[i][0], sizes[i][1],
                                               6, &png, &len), CANVAS_OK);

        /* IHDR: 8 bits, colour type 2 */
        ck_assert_uint_eq(png[24], 8);
        ck_assert_uint_eq(png[25], 2);

        memset(&image, 0, sizeof(image));
        image.version = PNG_IMAGE_VERSION;
        ck_assert(png_image_begin_read_from_memory(&image, png, len));
        ck_assert_uint_eq(image.width, sizes[i][0]);
        ck_assert_uint_eq(image.height, sizes[i][1]);
        image.format = PNG_FORMAT_RGB;
        ck_assert(png_image_finish_read(&image, NULL, got, 0, NULL));
        ck_assert_mem_eq(got, rgb, n);

        free(png);
        free(rgb);
        free(got);
    }

    ck_assert_int_eq(canvas_png_encode_rgb(NULL, 0, 1, 6, &png, &len),
                     CANVAS_INVALID);
    ck_assert_int_eq(canvas_png_encode_rgb(NULL, 1, 0, 6, &png, &len),
                     CANVAS_INVALID);
    ck_assert_int_eq(canvas_png_encode_rgb(NULL, 1, 1, 10, &png, &len),
                     CANVAS_INVALID);
}
END_TEST


START_TEST(png_refuses)
{
    size_t            len;
    uint8_t           pixels[4] = { 0, 1, 2, 15 }, *png;
    canvas_palette_t  palette, empty;

    canvas_palette_default(&palette);
    memset(&empty, 0, sizeof(empty));
    png = NULL;

#define check_encode(width, height, palette, scale, level)                    \
    canvas_png_encode(pixels, width, height, palette, scale, level, &png, &len)

    ck_assert_int_eq(check_encode(0, 2, &palette, 1, 6), CANVAS_INVALID);
    ck_assert_int_eq(check_encode(2, 0, &palette, 1, 6), CANVAS_INVALID);
    ck_assert_int_eq(check_encode(2, 2, &palette, 0, 6), CANVAS_INVALID);
    ck_assert_int_eq(check_encode(2, 2, &palette, 65, 6), CANVAS_INVALID);
    ck_assert_int_eq(check_encode(2, 2, &palette, 1, -1), CANVAS_INVALID);
    ck_assert_int_eq(check_encode(2, 2, &palette, 1, 10), CANVAS_INVALID);
    ck_assert_int_eq(check_encode(2, 2, &empty, 1, 6), CANVAS_INVALID);
    ck_assert_int_eq(check_encode(0x40000000, 1, &palette, 2, 6),
                     CANVAS_TOO_LARGE);
    ck_assert_int_eq(check_encode(1, 0x40000000, &palette, 2, 6),
                     CANVAS_TOO_LARGE);

    palette.n = 15;
    ck_assert_int_eq(check_encode(2, 2, &palette, 1, 6), CANVAS_INVALID);
    ck_assert_ptr_null(png);

    palette.n = 16;
    ck_assert_int_eq(check_encode(2, 2, &palette, 1, 6), CANVAS_OK);
    free(png);

#undef check_encode
}
END_TEST


/* wider than what libpng allows unasked */

START_TEST(png_wide)
{
    size_t            len;
    uint8_t          *pixels, *png;
    canvas_palette_t  palette;

    canvas_palette_default(&palette);
    pixels = calloc(65536, 1);
    ck_assert_ptr_nonnull(pixels);

    ck_assert_int_eq(canvas_png_encode(pixels, 65536, 1, &palette, 16, 1,
                                       &png, &len), CANVAS_OK);
    ck_assert_mem_eq(png + 16, "\x00\x10\x00\x00\x00\x00\x00\x10", 8);

    free(png);
    free(pixels);
}
END_TEST


Suite *
check_png(void)
{
    const TTest *const  tests[] = {
        png_decodes, png_true_color, png_refuses, png_wide
    };

    return check_suite("png", tests, CHECK_N(tests));
}
