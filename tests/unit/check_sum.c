/*
 * check_sum: the checksums of tiles against vectors that another
 * implementation made, and changes against the whole.
 */

#include "check_canvas.h"
#include "canvas_sum.h"

#define CHECK_WIDTH   201
#define CHECK_HEIGHT  131
#define CHECK_PIXELS  (CHECK_WIDTH * CHECK_HEIGHT)
#define CHECK_TILES   (4 * 3)


static uint8_t *
check_sum_image(size_t n)
{
    size_t    i;
    uint8_t  *image;

    image = malloc(n);
    ck_assert_ptr_nonnull(image);

    for (i = 0; i < n; i++) {
        image[i] = (uint8_t) ((i * 7 + i / 5) % 16);
    }

    return image;
}


START_TEST(sum_pixels)
{
    size_t   i;
    json_t  *data, *vector;

    data = check_data("sums.json");

    json_array_foreach(json_object_get(data, "pixels"), i, vector) {
        ck_assert_uint_eq(
            canvas_sum_pixel((uint32_t) check_data_number(vector, "width"),
                             (uint32_t) check_data_number(vector, "x"),
                             (uint32_t) check_data_number(vector, "y"),
                             (uint8_t) check_data_number(vector, "color")),
            check_data_number(vector, "sum"));
    }

    ck_assert_uint_gt(i, 5);
    json_decref(data);
}
END_TEST


START_TEST(sum_canvases)
{
    size_t     i, k, n;
    json_t    *data, *vector, *number;
    uint8_t   *image;
    uint32_t   width, height, *sums;

    data = check_data("sums.json");

    json_array_foreach(json_object_get(data, "canvases"), i, vector) {
        width = (uint32_t) check_data_number(vector, "width");
        height = (uint32_t) check_data_number(vector, "height");
        n = canvas_sum_tiles(width) * canvas_sum_tiles(height);

        ck_assert_uint_eq(check_data_number(vector, "columns"),
                          canvas_sum_tiles(width));
        ck_assert_uint_eq(check_data_number(vector, "rows"),
                          canvas_sum_tiles(height));
        ck_assert_uint_eq(json_array_size(json_object_get(vector, "sums")), n);

        image = check_sum_image((size_t) width * height);
        sums = malloc(n * sizeof(uint32_t));
        ck_assert_ptr_nonnull(sums);

        canvas_sum_image(sums, image, width, height);

        json_array_foreach(json_object_get(vector, "sums"), k, number) {
            ck_assert_uint_eq(sums[k],
                              (uint64_t) json_integer_value(number));
        }

        free(image);
        free(sums);
    }

    ck_assert_uint_gt(i, 5);
    json_decref(data);
}
END_TEST


/* changed pixel by pixel, it is the sum of the changed image */

START_TEST(sum_changes)
{
    size_t     i;
    uint8_t   *image, color;
    uint32_t   x, y, sums[CHECK_TILES], whole[CHECK_TILES];
    uint64_t   state;

    image = check_sum_image(CHECK_PIXELS);
    canvas_sum_image(sums, image, CHECK_WIDTH, CHECK_HEIGHT);
    state = 5;

    for (i = 0; i < 5000; i++) {
        x = (uint32_t) (check_random(&state) % CHECK_WIDTH);
        y = (uint32_t) (check_random(&state) % CHECK_HEIGHT);
        color = (uint8_t) check_random(&state);

        sums[canvas_sum_tile(CHECK_WIDTH, x, y)]
            ^= canvas_sum_pixel(CHECK_WIDTH, x, y, image[y * CHECK_WIDTH + x])
               ^ canvas_sum_pixel(CHECK_WIDTH, x, y, color);
        image[y * CHECK_WIDTH + x] = color;
    }

    canvas_sum_image(whole, image, CHECK_WIDTH, CHECK_HEIGHT);
    ck_assert_mem_eq(sums, whole, sizeof(whole));

    free(image);
}
END_TEST


Suite *
check_sum(void)
{
    const TTest *const  tests[] = { sum_pixels, sum_canvases, sum_changes };

    return check_suite("sum", tests, CHECK_N(tests));
}
