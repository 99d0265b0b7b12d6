/*
 * check_summary: the statistics of random weeks against a model that keeps
 * every change, and searches all of the canvas after each.  Covers what it is
 * made of: ctl_tally, ctl_actors, ctl_partners, ctl_moments.
 */

#include "check_helper.h"
#include "ctl_summary.h"

#include <stdlib.h>
#include <string.h>

#define CHECK_SUMMARY_PIXELS  (24 * 20)
#define CHECK_SUMMARY_OWNERS  40

typedef struct {
    unsigned  width;
    unsigned  height;
    unsigned  actors;
    unsigned  factions;
    unsigned  system;           /* of 100 changes */
    unsigned  resets;           /* of 1000 */
    unsigned  first;            /* of 100: by the first actor */
    unsigned  steps;
} check_summary_week_t;

static const check_summary_week_t  check_summary_weeks[] = {
    { 1, 1, 1, 0, 0, 0, 0, 20 },
    { 1, 1, 3, 0, 10, 5, 0, 50 },
    { 4, 3, 2, 0, 0, 0, 50, 800 },
    { 4, 3, 5, 2, 20, 10, 0, 800 },
    { 12, 12, 3, 0, 5, 2, 60, 1500 },
    { 24, 20, 8, 4, 5, 2, 30, 1500 },
    { 20, 24, 40, 3, 0, 1, 0, 1500 },
    { 24, 20, 2, 2, 1, 0, 70, 1500 }
};

/* what is known of an owner, in the plainest way */
typedef struct {
    uint32_t  placed;
    uint32_t  overwritten;
    uint32_t  largest;
    uint32_t  collaborations;
    bool      partner[CHECK_SUMMARY_OWNERS + 1];
    uint64_t  last_seq;
    int64_t   last_us;
} check_summary_owner_t;

typedef struct {
    unsigned               width;
    unsigned               height;
    unsigned               owner[CHECK_SUMMARY_PIXELS];
    check_summary_owner_t  owners[CHECK_SUMMARY_OWNERS + 1];
} check_summary_model_t;


static unsigned
check_summary_near(const check_summary_model_t *model, unsigned at,
    unsigned near[4])
{
    unsigned  n, x, y;

    n = 0;
    x = at % model->width;
    y = at / model->width;

    if (x > 0) {
        near[n++] = at - 1;
    }

    if (x + 1 < model->width) {
        near[n++] = at + 1;
    }

    if (y > 0) {
        near[n++] = at - model->width;
    }

    if (y + 1 < model->height) {
        near[n++] = at + model->width;
    }

    return n;
}


/* the largest area of an owner now */
static uint32_t
check_summary_area(const check_summary_model_t *model, unsigned owner)
{
    bool      seen[CHECK_SUMMARY_PIXELS];
    unsigned  i, k, n, left, at, near[4], list[CHECK_SUMMARY_PIXELS];
    uint32_t  best;

    memset(seen, 0, sizeof(seen));
    best = 0;

    for (i = 0; i < model->width * model->height; i++) {
        if (seen[i] || model->owner[i] != owner) {
            continue;
        }

        n = 0;
        list[n++] = i;
        seen[i] = true;

        for (left = 0; left < n; left++) {
            k = check_summary_near(model, list[left], near);

            while (k-- > 0) {
                at = near[k];

                if (!seen[at] && model->owner[at] == owner) {
                    seen[at] = true;
                    list[n++] = at;
                }
            }
        }

        best = n > best ? n : best;
    }

    return best;
}


static void
check_summary_place(check_summary_model_t *model, unsigned at,
    unsigned owner, uint64_t seq, int64_t us)
{
    unsigned                n, other, near[4];
    uint32_t                area;
    bool                    beside;
    check_summary_owner_t  *who;

    model->owners[model->owner[at]].overwritten++;
    n = check_summary_near(model, at, near);
    who = &model->owners[owner];
    beside = false;

    while (n-- > 0) {
        other = model->owner[near[n]];

        if (owner != 0 && other != 0 && other != owner) {
            beside = true;
            who->partner[other] = true;
        }
    }

    model->owner[at] = owner;

    if (owner != 0) {
        who->placed++;
        who->collaborations += beside;
        who->last_seq = seq;
        who->last_us = us > who->last_us ? us : who->last_us;

        area = check_summary_area(model, owner);
        who->largest = area > who->largest ? area : who->largest;
    }
}


static void
check_summary_reset(check_summary_model_t *model)
{
    unsigned  i;

    for (i = 0; i < model->width * model->height; i++) {
        model->owners[model->owner[i]].overwritten++;
        model->owner[i] = 0;
    }
}


static void
check_summary_same(const ctl_tally_t *tally,
    const check_summary_model_t *model, unsigned number, unsigned owner)
{
    unsigned                      i, partners;
    const ctl_tally_owner_t      *is;
    const check_summary_owner_t  *want;

    is = &tally->owner[number];
    want = &model->owners[owner];
    partners = 0;

    for (i = 1; i <= CHECK_SUMMARY_OWNERS; i++) {
        partners += want->partner[i];
    }

    ck_assert_uint_eq(is->placed, want->placed);
    ck_assert_uint_eq(is->overwritten, want->overwritten);
    ck_assert_uint_eq(is->largest, want->largest);
    ck_assert_uint_eq(is->final, check_summary_area(model, owner));
    ck_assert_uint_eq(is->collaborations, want->collaborations);
    ck_assert_uint_eq(is->partners.n, partners);
    ck_assert_uint_eq(is->last_seq, want->last_seq);
    ck_assert_int_eq(is->last_us, want->last_us);
}


static void
check_summary_play(const check_summary_week_t *week, unsigned seed)
{
    unsigned                i, x, y, who, faction, step;
    uint8_t                 id[16];
    uint64_t                placed, system, heat;
    ctl_error_t             error;
    ctl_summary_t           summary;
    ctl_summary_change_t    change;
    check_summary_model_t  *model, *factions;

    srand(seed);
    model = calloc(2, sizeof(*model));
    ck_assert_ptr_nonnull(model);
    factions = &model[1];

    model->width = factions->width = week->width;
    model->height = factions->height = week->height;
    placed = system = heat = 0;

    ck_assert_int_eq(ctl_summary_open(&summary, week->width, week->height,
                                      &error), CTL_OK);

    for (step = 1; step <= week->steps; step++) {

        if ((unsigned) rand() % 1000 < week->resets) {
            ctl_summary_reset(&summary, step);
            check_summary_reset(model);
            check_summary_reset(factions);
        }

        x = rand() % week->width;
        y = rand() % week->height;
        who = (unsigned) rand() % 100 < week->first
              ? 1 : 1 + rand() % week->actors;
        who = (unsigned) rand() % 100 < week->system ? 0 : who;
        faction = who == 0 || week->factions == 0 ? 0
                  : 1 + who % week->factions;

        /* the actor's number is not the one it gets; odd ones are agents */
        memset(id, 0, sizeof(id));
        id[15] = who / 2;

        change.x = x;
        change.y = y;
        change.color = who % 16;
        change.faction = faction;
        change.agent = who % 2 == 1;
        change.actor = who != 0 ? id : NULL;
        change.seq = step;
        change.us = INT64_C(1000000) * (1000 + step + rand() % 5);

        ck_assert_int_eq(ctl_summary_change(&summary, &change, &error),
                         CTL_OK);

        check_summary_place(model, x + y * week->width, who, step,
                            change.us);
        check_summary_place(factions, x + y * week->width, faction, step,
                            change.us);
        placed += who != 0;
        system += who == 0;
    }

    ctl_summary_end(&summary);
    ck_assert_uint_eq(summary.placed, placed);
    ck_assert_uint_eq(summary.system, system);
    ck_assert_uint_eq(summary.actors.n + 1, summary.by_actor.n);

    for (i = 0; i < summary.actors.n; i++) {
        who = summary.actors.actor[i].id[15] * 2
              + summary.actors.actor[i].agent;
        check_summary_same(&summary.by_actor, model, i + 1, who);
    }

    for (i = 1; i < summary.by_faction.n; i++) {
        check_summary_same(&summary.by_faction, factions, i, i);
    }

    ck_assert_uint_eq(summary.by_faction.n,
                      week->factions > 0 ? week->factions + 1 : 0);

    for (i = 0; i < summary.heat_width * summary.heat_height; i++) {
        heat += summary.heat[i];
    }

    ck_assert_uint_eq(heat, placed);

    ctl_summary_close(&summary);
    free(model);
}


START_TEST(summary_weeks)
{
    unsigned  seed;

    for (seed = 1; seed <= 6; seed++) {
        check_summary_play(&check_summary_weeks[_i], seed);
    }
}
END_TEST


/* more actors than a first table holds, each beside many */
START_TEST(summary_many)
{
    unsigned              i;
    uint8_t               id[16];
    ctl_error_t           error;
    ctl_summary_t         summary;
    ctl_summary_change_t  change;

    memset(&change, 0, sizeof(change));
    memset(id, 0, sizeof(id));
    change.actor = id;
    change.us = 1;

    ck_assert_int_eq(ctl_summary_open(&summary, 3, 3, &error), CTL_OK);

    /* the first one places in the middle, all others beside it */
    for (i = 0; i < 20000; i++) {
        id[0] = i % 2 ? i >> 8 : 0xff;
        id[1] = i % 2 ? i & 0xff : 0xff;
        change.x = i % 2 ? 2 : 1;
        change.y = 1;
        change.seq = i + 1;
        ck_assert_int_eq(ctl_summary_change(&summary, &change, &error),
                         CTL_OK);
    }

    ctl_summary_end(&summary);
    ck_assert_uint_eq(summary.actors.n, 10001);
    ck_assert_uint_eq(summary.by_actor.owner[1].placed, 10000);
    ck_assert_uint_eq(summary.by_actor.owner[1].overwritten, 9999);
    ck_assert_uint_eq(summary.by_actor.owner[1].collaborations, 9999);
    ck_assert_uint_eq(summary.by_actor.owner[1].partners.n, 9999);
    ck_assert_uint_eq(summary.by_actor.owner[10001].partners.n, 1);
    ck_assert_uint_eq(summary.by_actor.best, 1);
    ctl_summary_close(&summary);
}
END_TEST


START_TEST(summary_moments)
{
    size_t         i;
    ctl_moments_t  moments;

    static const struct {
        const char  *what;
        int64_t      us;
        uint64_t     value;
    } want[] = {
        { "first", 90000000, 1 },
        { "reset", 95000000, 0 },
        { "minute", 180000000, 9996 },
        { "pixels", 200000000, 10000 },
        { "last", 240000000, 10001 }
    };

    memset(&moments, 0, sizeof(moments));

    ctl_moments_pixel(&moments, 1, 1, 90000000);
    ctl_moments_reset(&moments, 95000000);
    ctl_moments_pixel(&moments, 1, 2, 90000000);
    ctl_moments_pixel(&moments, 1, 3, 120000000);
    ctl_moments_pixel(&moments, 1, 4, 110000000);

    for (i = 5; i <= 10000; i++) {
        ctl_moments_pixel(&moments, 2, i, 200000000);
    }

    ctl_moments_pixel(&moments, 1, 10001, 240000000);
    ctl_moments_end(&moments);

    ck_assert_uint_eq(moments.n, CHECK_N(want));

    for (i = 0; i < CHECK_N(want); i++) {
        ck_assert_str_eq(moments.moment[i].what, want[i].what);
        ck_assert_int_eq(moments.moment[i].us, want[i].us);
        ck_assert_uint_eq(moments.moment[i].value, want[i].value);
    }
}
END_TEST


/* resets by a clock that was set back, before the first pixel and later */
START_TEST(summary_moments_clock)
{
    size_t         i;
    ctl_moments_t  moments;

    static const struct {
        const char  *what;
        int64_t      us;
    } want[] = {
        { "minute", 60000000 },
        { "reset", 90000000 },
        { "first", 90000000 },
        { "reset", 95000000 },
        { "reset", 97000000 },
        { "last", 97000000 }
    };

    memset(&moments, 0, sizeof(moments));

    ctl_moments_reset(&moments, 90000000);
    ctl_moments_pixel(&moments, 1, 1, 80000000);
    ctl_moments_pixel(&moments, 1, 2, 95000000);
    ctl_moments_reset(&moments, 85000000);
    ctl_moments_reset(&moments, 97000000);
    ctl_moments_pixel(&moments, 1, 3, 96000000);
    ctl_moments_end(&moments);

    ck_assert_uint_eq(moments.n, CHECK_N(want));

    for (i = 0; i < CHECK_N(want); i++) {
        ck_assert_str_eq(moments.moment[i].what, want[i].what);
        ck_assert_int_eq(moments.moment[i].us, want[i].us);
    }
}
END_TEST


START_TEST(summary_heat)
{
    unsigned       i;
    ctl_error_t    error;
    ctl_summary_t  summary;

    static const unsigned  sizes[][5] = {
        { 500, 500, 10, 50, 50 }, { 64, 48, 2, 32, 24 },
        { 1, 50, 1, 1, 50 }, { 51, 7, 2, 26, 4 }, { 2000, 1, 40, 50, 1 }
    };

    for (i = 0; i < CHECK_N(sizes); i++) {
        ck_assert_int_eq(ctl_summary_open(&summary, sizes[i][0],
                                          sizes[i][1], &error), CTL_OK);
        ck_assert_uint_eq(summary.cell, sizes[i][2]);
        ck_assert_uint_eq(summary.heat_width, sizes[i][3]);
        ck_assert_uint_eq(summary.heat_height, sizes[i][4]);
        ctl_summary_close(&summary);
    }
}
END_TEST


Suite *
check_summary(void)
{
    TCase  *tcase;
    Suite  *suite;

    suite = suite_create("summary");
    tcase = tcase_create("summary");
    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 120);

    tcase_add_loop_test(tcase, summary_weeks, 0,
                        CHECK_N(check_summary_weeks));
    tcase_add_test(tcase, summary_many);
    tcase_add_test(tcase, summary_moments);
    tcase_add_test(tcase, summary_moments_clock);
    tcase_add_test(tcase, summary_heat);

    return suite;
}
