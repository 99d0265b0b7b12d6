/*
 * check_territory: areas against a search from every pixel after every
 * change, on random games of several kinds.
 */

#include "check_helper.h"
#include "ctl_territory.h"

#include <stdlib.h>

#define CHECK_TERRITORY_MAX  (40 * 40)

typedef struct {
    unsigned  width;
    unsigned  height;
    unsigned  owners;
    unsigned  steps;
    unsigned  empty;            /* of 100 changes: to nobody */
    unsigned  first;            /* of 100 changes: to owner 1 */
} check_territory_game_t;

static const check_territory_game_t  check_territory_games[] = {
    { 1, 1, 2, 60, 20, 50 },
    { 1, 9, 2, 500, 20, 60 },
    { 7, 1, 3, 500, 10, 40 },
    { 2, 2, 2, 300, 10, 60 },
    { 5, 4, 2, 3000, 10, 70 },
    { 8, 8, 3, 3000, 5, 60 },
    { 16, 11, 2, 3000, 0, 62 },
    { 16, 16, 1, 3000, 40, 60 },
    { 24, 24, 2, 3000, 3, 75 },
    { 40, 40, 2, 4000, 1, 80 },
    { 40, 40, 5, 2000, 10, 20 }
};


/* sizes of all areas by searching each; a size at every pixel */
static void
check_territory_search(const uint32_t *owner, unsigned width,
    unsigned height, uint32_t *size)
{
    unsigned  i, k, n, at, x, y, seen, list[CHECK_TERRITORY_MAX];

    for (i = 0; i < width * height; i++) {
        size[i] = 0;
    }

    for (i = 0; i < width * height; i++) {
        if (owner[i] == 0 || size[i] != 0) {
            continue;
        }

        n = 0;
        list[n++] = i;
        size[i] = 1;

        for (seen = 0; seen < n; seen++) {
            at = list[seen];
            x = at % width;
            y = at / width;

            const unsigned  near[4] = {
                x > 0 ? at - 1 : at, x + 1 < width ? at + 1 : at,
                y > 0 ? at - width : at, y + 1 < height ? at + width : at
            };

            for (k = 0; k < 4; k++) {
                if (owner[near[k]] == owner[i] && size[near[k]] == 0) {
                    size[near[k]] = 1;
                    list[n++] = near[k];
                }
            }
        }

        for (k = 0; k < n; k++) {
            size[list[k]] = n;
        }
    }
}


static void
check_territory_play(const check_territory_game_t *game, unsigned seed)
{
    unsigned          i, step, x, y, draw, who;
    uint32_t          owner[CHECK_TERRITORY_MAX], size[CHECK_TERRITORY_MAX];
    uint32_t          answer;
    ctl_error_t       error;
    ctl_territory_t   territory;

    srand(seed);
    ck_assert_int_eq(ctl_territory_open(&territory, game->width,
                                        game->height, &error), CTL_OK);

    for (i = 0; i < game->width * game->height; i++) {
        owner[i] = 0;
    }

    for (step = 0; step < game->steps; step++) {
        x = rand() % game->width;
        y = rand() % game->height;
        draw = rand() % 100;

        who = draw < game->empty ? 0
              : draw < game->empty + game->first ? 1
              : 1 + rand() % game->owners;

        if (step == game->steps / 2 && seed % 4 == 0) {
            ctl_territory_clear(&territory);

            for (i = 0; i < game->width * game->height; i++) {
                owner[i] = 0;
            }
        }

        owner[x + y * game->width] = who;
        answer = ctl_territory_set(&territory,
                                   ctl_territory_cell(&territory, x, y),
                                   who);

        check_territory_search(owner, game->width, game->height, size);
        ck_assert_uint_eq(answer, size[x + y * game->width]);

        for (i = 0; i < game->width * game->height; i++) {
            x = i % game->width;
            y = i / game->width;
            answer = ctl_territory_size(&territory,
                                        ctl_territory_cell(&territory, x,
                                                           y));

            if (answer != size[i]) {
                ck_abort_msg("%ux%u seed %u step %u: %u,%u is in an area "
                             "of %u, not %u", game->width, game->height,
                             seed, step, x, y, size[i], answer);
            }
        }
    }

    ctl_territory_close(&territory);
}


START_TEST(territory_games)
{
    unsigned  seed;

    for (seed = 1; seed <= 8; seed++) {
        check_territory_play(&check_territory_games[_i], seed);
    }
}
END_TEST


/* four arms that meet in one pixel, taken and given back */
START_TEST(territory_cross)
{
    size_t            middle;
    unsigned          i;
    ctl_error_t       error;
    ctl_territory_t   t;

    ck_assert_int_eq(ctl_territory_open(&t, 9, 9, &error), CTL_OK);
    middle = ctl_territory_cell(&t, 4, 4);

    for (i = 0; i < 9; i++) {
        ctl_territory_set(&t, ctl_territory_cell(&t, i, 4), 7);
        ctl_territory_set(&t, ctl_territory_cell(&t, 4, i), 7);
    }

    for (i = 0; i < 1000; i++) {
        ck_assert_uint_eq(ctl_territory_set(&t, middle, 8), 1);
        ck_assert_uint_eq(ctl_territory_size(&t, ctl_territory_cell(&t, 0,
                                                                    4)), 4);
        ck_assert_uint_eq(ctl_territory_set(&t, middle, 7), 17);
    }

    /* the last one of an area */
    ck_assert_uint_eq(ctl_territory_set(&t, middle, 0), 0);
    ck_assert_uint_eq(ctl_territory_size(&t, middle), 0);

    ctl_territory_close(&t);
}
END_TEST


Suite *
check_territory(void)
{
    TCase  *tcase;
    Suite  *suite;

    suite = suite_create("territory");
    tcase = tcase_create("territory");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 120);

    tcase_add_loop_test(tcase, territory_games, 0,
                        CHECK_N(check_territory_games));
    tcase_add_test(tcase, territory_cross);

    return suite;
}
