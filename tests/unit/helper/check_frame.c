/*
 * check_frame: a frame after random changes against one drawn dot by dot.
 */

#include "check_helper.h"
#include "ctl_frame.h"

#define CHECK_FRAME_WIDTH   37
#define CHECK_FRAME_HEIGHT  23


static void
check_frame_compare(const ctl_frame_t *frame, const uint8_t *pixels)
{
    unsigned  x, y, px, py;

    for (y = 0; y < frame->height; y++) {

        for (x = 0; x < frame->width; x++) {
            px = x / frame->scale;
            py = y / frame->scale;

            /* what makes it even repeats the last one */
            px = px < frame->rect.width ? px : frame->rect.width - 1;
            py = py < frame->rect.height ? py : frame->rect.height - 1;

            ck_assert_uint_eq(frame->data[(size_t) y * frame->width + x],
                              pixels[(frame->rect.y + py) * CHECK_FRAME_WIDTH
                                     + frame->rect.x + px]);
        }
    }
}


START_TEST(frame_changes)
{
    size_t             k;
    uint8_t            pixels[CHECK_FRAME_WIDTH * CHECK_FRAME_HEIGHT];
    unsigned           round, x, y;
    uint64_t           state;
    ctl_rect_t         rect;
    ctl_error_t        error;
    ctl_frame_t        frame;
    canvas_palette_t   palette;

    state = 3;
    canvas_palette_default(&palette);

    for (round = 0; round < 200; round++) {
        rect.x = (unsigned) (check_random(&state) % CHECK_FRAME_WIDTH);
        rect.y = (unsigned) (check_random(&state) % CHECK_FRAME_HEIGHT);
        rect.width = 1 + (unsigned) (check_random(&state)
                                     % (CHECK_FRAME_WIDTH - rect.x));
        rect.height = 1 + (unsigned) (check_random(&state)
                                      % (CHECK_FRAME_HEIGHT - rect.y));

        ck_assert_int_eq(ctl_frame_open(&frame, &rect, 1 + round % 5,
                                        round % 2, &palette, &error),
                         CTL_OK);

        if (round % 2) {
            ck_assert_uint_eq(frame.width % 2, 0);
            ck_assert_uint_eq(frame.height % 2, 0);
        } else {
            ck_assert_uint_eq(frame.width, rect.width * frame.scale);
        }

        ck_assert_uint_eq(frame.len, (size_t) frame.width * frame.height
                                     + 1024);

        for (k = 0; k < sizeof(pixels); k++) {
            pixels[k] = (uint8_t) (check_random(&state) % 16);
        }

        ctl_frame_draw(&frame, pixels, CHECK_FRAME_WIDTH);
        check_frame_compare(&frame, pixels);

        for (k = 0; k < 50; k++) {
            x = (unsigned) (check_random(&state) % CHECK_FRAME_WIDTH);
            y = (unsigned) (check_random(&state) % CHECK_FRAME_HEIGHT);
            pixels[y * CHECK_FRAME_WIDTH + x] = (uint8_t) (k % 16);
            ctl_frame_set(&frame, x, y, (uint8_t) (k % 16));
        }

        check_frame_compare(&frame, pixels);

        memset(pixels, 9, sizeof(pixels));
        ctl_frame_fill(&frame, 9);
        check_frame_compare(&frame, pixels);

        /* B, G, R, A of colour 1, and of one that there is not */
        ck_assert_mem_eq(frame.data + frame.len - 1020, "\x00\xa8\xff\xff",
                         4);
        ck_assert_mem_eq(frame.data + frame.len - 4, "\x00\x00\x00\xff", 4);

        ctl_frame_close(&frame);
    }
}
END_TEST


START_TEST(frame_too_large)
{
    size_t             i;
    ctl_error_t        error;
    ctl_frame_t        frame;
    canvas_palette_t   palette;

    static const struct {
        ctl_rect_t  rect;
        unsigned    scale;
        bool        even;
        bool        fits;
    } cases[] = {
        { { 0, 0, 16384, 1 }, 1, true, true },
        { { 0, 0, 16385, 1 }, 1, false, false },
        { { 0, 0, 1, 16385 }, 1, false, false },
        { { 0, 0, 8192, 4096 }, 1, false, true },
        { { 0, 0, 8192, 4097 }, 1, false, false },
        { { 0, 0, 65535, 256 }, 64, false, false }
    };

    canvas_palette_default(&palette);

    for (i = 0; i < CHECK_N(cases); i++) {
        ck_assert_int_eq(ctl_frame_open(&frame, &cases[i].rect,
                                        cases[i].scale, cases[i].even,
                                        &palette, &error),
                         cases[i].fits ? CTL_OK : CTL_USAGE);
        ctl_frame_close(&frame);
    }
}
END_TEST


Suite *
check_frame(void)
{
    const TTest *const  tests[] = { frame_changes, frame_too_large };

    return check_suite("frame", tests, CHECK_N(tests));
}
