/*
 * check_counts: pixels by actor, against a plain list.
 */

#include "check_helper.h"
#include "ctl_counts.h"

/* more actors than slots at first, so that the table grows twice */
#define CHECK_COUNTS_ACTORS  2000
#define CHECK_COUNTS_EVENTS  50000


/* actor n; many differ in one byte alone */
static void
check_counts_actor(unsigned n, uint8_t actor[16])
{
    memset(actor, 0x5a, 16);
    actor[n % 16] = (uint8_t) (n / 16);
    actor[(n + 1) % 16] = (uint8_t) (n / 4096 + n % 7);
}


static const ctl_count_t *
check_counts_find(const ctl_counts_t *counts, const uint8_t actor[16],
    char kind)
{
    size_t              i;
    const ctl_count_t  *found;

    found = NULL;

    for (i = 0; i < counts->size; i++) {
        if (counts->slots[i].pixels > 0 && counts->slots[i].kind == kind
            && memcmp(counts->slots[i].actor, actor, 16) == 0)
        {
            ck_assert_ptr_null(found);
            found = &counts->slots[i];
        }
    }

    return found;
}


START_TEST(check_counts_random)
{
    char                kind;
    size_t              used;
    uint8_t             actor[16], other[16];
    uint32_t            expected[CHECK_COUNTS_ACTORS] = { 0 };
    uint32_t            factions[256] = { 0 };
    uint64_t            state;
    unsigned            i, n, k;
    ctl_counts_t        counts = { 0 };
    const ctl_count_t  *found;

    state = 7;

    for (i = 0; i < CHECK_COUNTS_EVENTS; i++) {
        n = (unsigned) (check_random(&state) % CHECK_COUNTS_ACTORS);
        check_counts_actor(n, actor);
        kind = n % 3 == 0 ? 'a' : 'g';

        /* two numbers may make the same actor: the first one counts */
        for (k = 0; k < n; k++) {
            check_counts_actor(k, other);
            if (memcmp(actor, other, 16) == 0
                && kind == (k % 3 == 0 ? 'a' : 'g'))
            {
                break;
            }
        }

        expected[k]++;
        ck_assert(ctl_counts_add(&counts, actor, kind, n % 256));
        factions[n % 256]++;
    }

    used = 0;

    for (n = 0; n < CHECK_COUNTS_ACTORS; n++) {
        if (expected[n] > 0) {
            check_counts_actor(n, actor);
            found = check_counts_find(&counts, actor,
                                      n % 3 == 0 ? 'a' : 'g');
            ck_assert_ptr_nonnull(found);
            ck_assert_uint_eq(found->pixels, expected[n]);
            used++;
        }
    }

    ck_assert_uint_eq(counts.used, used);
    ck_assert_mem_eq(counts.factions, factions, sizeof(factions));
    ck_assert_uint_gt(counts.size, 1024);

    ctl_counts_clear(&counts);
    ck_assert_uint_eq(counts.used, 0);
    ck_assert_uint_eq(counts.factions[7], 0);
    check_counts_actor(3, actor);
    ck_assert_ptr_null(check_counts_find(&counts, actor, 'a'));

    ctl_counts_free(&counts);
    ck_assert_ptr_null(counts.slots);
}
END_TEST


Suite *
check_counts(void)
{
    const TTest *const  tests[] = { check_counts_random };

    return check_suite("counts", tests, CHECK_N(tests));
}
