/*
 * check_grid: packing against what Redis' BITFIELD wrote (tests/data), and
 * against itself on random canvases.
 */

#include "check_canvas.h"
#include "canvas_grid.h"

#define CHECK_GRID_MAX  64


START_TEST(grid_vectors)
{
    size_t    i, k, n, len;
    json_t   *data, *vectors, *vector, *list;
    uint8_t   packed[CHECK_GRID_MAX], pixels[CHECK_GRID_MAX];
    uint8_t   out[CHECK_GRID_MAX];
    unsigned  bits;

    data = check_data("grid.json");
    vectors = json_object_get(data, "vectors");
    ck_assert_uint_ge(json_array_size(vectors), 9);

    json_array_foreach(vectors, i, vector) {
        bits = (unsigned) check_data_number(vector, "bits");
        list = json_object_get(vector, "pixels");
        n = json_array_size(list);

        for (k = 0; k < n; k++) {
            pixels[k] = (uint8_t) json_integer_value(json_array_get(list, k));
        }

        len = check_data_hex(vector, "packed", packed, sizeof(packed));
        ck_assert_uint_eq(canvas_grid_packed_size(n, bits), len);

        memset(out, 0xee, sizeof(out));
        canvas_grid_pack(out, pixels, n, bits);
        ck_assert_mem_eq(out, packed, len);
        ck_assert_uint_eq(out[len], 0xee);

        memset(out, 0xee, sizeof(out));
        canvas_grid_unpack(out, packed, n, bits);
        ck_assert_mem_eq(out, pixels, n);
        ck_assert_uint_eq(out[n], 0xee);

        for (k = 0; k < n; k++) {
            ck_assert_uint_eq(canvas_grid_get(packed, k, bits), pixels[k]);
        }
    }

    json_decref(data);
}
END_TEST


START_TEST(grid_random)
{
    size_t    n, i, k, len;
    uint8_t  *pixels, *packed, *back, color;
    uint64_t  state;
    unsigned  bits, round;

    state = 3;

    for (round = 0; round < 400; round++) {
        bits = round % 2 ? 8 : 4;
        n = check_random(&state) % 300;
        len = canvas_grid_packed_size(n, bits);

        pixels = calloc(n ? n : 1, 1);
        packed = calloc(len ? len : 1, 1);
        back = calloc(n ? n : 1, 1);

        /* set one by one, in any order, some several times */

        for (k = 0; n && k < 4 * n; k++) {
            i = check_random(&state) % n;
            color = (uint8_t) (check_random(&state) & ((1U << bits) - 1));
            pixels[i] = color;
            canvas_grid_set(packed, i, bits, color);
        }

        canvas_grid_unpack(back, packed, n, bits);
        ck_assert(memcmp(back, pixels, n) == 0);

        memset(back, 0, n);
        canvas_grid_pack(back, pixels, n, bits);
        ck_assert(memcmp(back, packed, len) == 0);

        free(pixels);
        free(packed);
        free(back);
    }
}
END_TEST


/* a colour that does not fit must not reach its neighbour */

START_TEST(grid_stray_bits)
{
    uint8_t  packed[1] = { 0 }, pixels[2] = { 0xf1, 0xf2 };

    canvas_grid_set(packed, 1, 4, 0xf2);
    ck_assert_uint_eq(packed[0], 0x02);
    canvas_grid_set(packed, 0, 4, 0xf1);
    ck_assert_uint_eq(packed[0], 0x12);

    canvas_grid_pack(packed, pixels, 2, 4);
    ck_assert_uint_eq(packed[0], 0x12);
}
END_TEST


START_TEST(grid_packed_size)
{
    ck_assert_uint_eq(canvas_grid_packed_size(0, 4), 0);
    ck_assert_uint_eq(canvas_grid_packed_size(250000, 4), 125000);
    ck_assert_uint_eq(canvas_grid_packed_size(3, 4), 2);
    ck_assert_uint_eq(canvas_grid_packed_size(3, 8), 3);
    ck_assert_uint_eq(canvas_grid_packed_size(SIZE_MAX, 4),
                      SIZE_MAX / 2 + 1);
}
END_TEST


Suite *
check_grid(void)
{
    const TTest *const  tests[] = {
        grid_vectors, grid_random, grid_stray_bits, grid_packed_size
    };

    return check_suite("grid", tests, CHECK_N(tests));
}
