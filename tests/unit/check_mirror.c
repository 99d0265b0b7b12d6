/*
 * check_mirror: the shared image and ring against a naive model, which keeps
 * every change of an epoch and paints the image anew from them.
 */

#include "check_canvas.h"
#include "canvas_grid.h"
#include "canvas_mirror.h"

#define CHECK_WIDTH   7
#define CHECK_HEIGHT  5
#define CHECK_PIXELS  (CHECK_WIDTH * CHECK_HEIGHT)
#define CHECK_RING    8
#define CHECK_LOG     4096
#define CHECK_ROUNDS  60000

typedef struct {
    int              valid;
    uint64_t         epoch;
    uint64_t         base;              /* seq of the load */
    uint64_t         seq;
    uint32_t         loads;
    canvas_reason_t  reason;
    uint8_t          image[CHECK_PIXELS];
    canvas_change_t  log[CHECK_LOG];    /* of seq base + 1 at 0 */
} check_model_t;


static canvas_mirror_t *
check_mirror_new(uint32_t width, uint32_t height, uint32_t ring)
{
    size_t            size;
    canvas_mirror_t  *mirror;

    size = canvas_mirror_size(width, height, ring);
    ck_assert_uint_ne(size, 0);

    mirror = malloc(size);
    ck_assert_ptr_nonnull(mirror);
    memset(mirror, 0xee, size);
    canvas_mirror_init(mirror, width, height, ring);

    return mirror;
}


static canvas_change_t
check_mirror_change(uint64_t *state)
{
    size_t           i;
    canvas_change_t  change;

    memset(&change, 0, sizeof(change));
    change.x = (uint16_t) (check_random(state) % CHECK_WIDTH);
    change.y = (uint16_t) (check_random(state) % CHECK_HEIGHT);
    change.color = (uint8_t) (check_random(state) % 16);
    change.kind = 'u';

    for (i = 0; i < 16; i++) {
        change.actor[i] = (uint8_t) check_random(state);
    }

    return change;
}


START_TEST(mirror_size)
{
    size_t  size;

    ck_assert_uint_eq(canvas_mirror_size(0, 5, 8), 0);
    ck_assert_uint_eq(canvas_mirror_size(5, 0, 8), 0);
    ck_assert_uint_eq(canvas_mirror_size(5, 5, 0), 0);
    ck_assert_uint_eq(canvas_mirror_size(5, 5, 3), 0);
    ck_assert_uint_eq(canvas_mirror_size(5, 5, 12), 0);
    ck_assert_uint_eq(canvas_mirror_size(65537, 1, 8), 0);
    ck_assert_uint_eq(canvas_mirror_size(1, 65537, 8), 0);
    ck_assert_uint_eq(canvas_mirror_size(65536, 65536, 8), 0);
    ck_assert_uint_eq(canvas_mirror_size(5, 5, 0x80000000), 0);
    ck_assert_uint_eq(canvas_mirror_size(UINT32_MAX, UINT32_MAX, 1), 0);

    size = canvas_mirror_size(500, 500, 4096);
    ck_assert_uint_ge(size, 56 + 250000 + 4096 * 24);
    ck_assert_uint_le(size, 72 + 250000 + 64 * 4 + 4096 * 24 + 3 * 64);

    ck_assert_uint_eq(canvas_mirror_size(1, 1, 1),
                      128 + 64 + 64 + 24);
    ck_assert_uint_ne(canvas_mirror_size(65536, 8192, 1), 0);
}
END_TEST


START_TEST(mirror_fresh)
{
    size_t            n;
    canvas_change_t   change, changes[1];
    canvas_mirror_t  *mirror;

    mirror = check_mirror_new(CHECK_WIDTH, CHECK_HEIGHT, CHECK_RING);
    memset(&change, 0, sizeof(change));

    ck_assert_uint_eq(mirror->magic, CANVAS_MIRROR_MAGIC);
    ck_assert_uint_eq(mirror->version, CANVAS_MIRROR_VERSION);
    ck_assert_uint_eq(mirror->valid, 0);
    ck_assert_int_eq(canvas_mirror_apply(mirror, 0, 1, &change),
                     CANVAS_STALE);
    ck_assert_int_eq(canvas_mirror_since(mirror, 0, 0, changes, 1, &n),
                     CANVAS_STALE);
    ck_assert_uint_eq(n, 0);

    free(mirror);
}
END_TEST


START_TEST(mirror_apply_rules)
{
    uint8_t           packed[18] = { 0 };
    canvas_change_t   change;
    canvas_mirror_t  *mirror;

    mirror = check_mirror_new(CHECK_WIDTH, CHECK_HEIGHT, CHECK_RING);

    ck_assert_int_eq(canvas_mirror_load(mirror, 4, 10, CANVAS_REASON_INIT,
                                        packed, sizeof(packed), 4),
                     CANVAS_OK);

    memset(&change, 0, sizeof(change));
    change.x = 6;
    change.y = 4;
    change.color = 9;

    ck_assert_int_eq(canvas_mirror_apply(mirror, 3, 11, &change),
                     CANVAS_STALE);
    ck_assert_int_eq(canvas_mirror_apply(mirror, 5, 11, &change),
                     CANVAS_STALE);
    ck_assert_int_eq(canvas_mirror_apply(mirror, 4, 10, &change),
                     CANVAS_DONE);
    ck_assert_int_eq(canvas_mirror_apply(mirror, 4, 0, &change), CANVAS_DONE);
    ck_assert_int_eq(canvas_mirror_apply(mirror, 4, 12, &change), CANVAS_GAP);
    ck_assert_int_eq(canvas_mirror_apply(mirror, 4, UINT64_MAX, &change),
                     CANVAS_GAP);

    change.x = CHECK_WIDTH;
    ck_assert_int_eq(canvas_mirror_apply(mirror, 4, 11, &change),
                     CANVAS_INVALID);
    change.x = 6;
    change.y = CHECK_HEIGHT;
    ck_assert_int_eq(canvas_mirror_apply(mirror, 4, 11, &change),
                     CANVAS_INVALID);
    ck_assert_uint_eq(mirror->seq, 10);
    ck_assert_uint_eq(canvas_mirror_image(mirror)[CHECK_PIXELS - 1], 0);

    change.y = 4;
    ck_assert_int_eq(canvas_mirror_apply(mirror, 4, 11, &change), CANVAS_OK);
    ck_assert_uint_eq(mirror->seq, 11);
    ck_assert_uint_eq(canvas_mirror_image(mirror)[CHECK_PIXELS - 1], 9);

    free(mirror);
}
END_TEST


START_TEST(mirror_load_rules)
{
    uint8_t           packed[CHECK_PIXELS + 1] = { 0 };
    canvas_mirror_t  *mirror;

    mirror = check_mirror_new(CHECK_WIDTH, CHECK_HEIGHT, CHECK_RING);

#define check_load(epoch, seq, len, bits)                                     \
    canvas_mirror_load(mirror, epoch, seq, CANVAS_REASON_RESET, packed, len,  \
                       bits)

    ck_assert_int_eq(check_load(1, 0, 17, 4), CANVAS_INVALID);
    ck_assert_int_eq(check_load(1, 0, 19, 4), CANVAS_INVALID);
    ck_assert_int_eq(check_load(1, 0, 0, 4), CANVAS_INVALID);
    ck_assert_int_eq(check_load(1, 0, 18, 5), CANVAS_INVALID);
    ck_assert_int_eq(check_load(1, 0, 18, 8), CANVAS_INVALID);
    ck_assert_uint_eq(mirror->valid, 0);

    ck_assert_int_eq(check_load(5, 9, CHECK_PIXELS, 8), CANVAS_OK);
    ck_assert_uint_eq(mirror->loads, 1);
    ck_assert_uint_eq(mirror->reason, CANVAS_REASON_RESET);

    ck_assert_int_eq(check_load(5, 9, 18, 4), CANVAS_DONE);
    ck_assert_int_eq(check_load(5, 8, 18, 4), CANVAS_DONE);
    ck_assert_int_eq(check_load(4, 99, 18, 4), CANVAS_DONE);
    ck_assert_uint_eq(mirror->loads, 1);

    ck_assert_int_eq(check_load(5, 10, 18, 4), CANVAS_OK);
    ck_assert_int_eq(check_load(6, 2, 18, 4), CANVAS_OK);
    ck_assert_uint_eq(mirror->loads, 3);
    ck_assert_uint_eq(mirror->epoch, 6);
    ck_assert_uint_eq(mirror->seq, 2);
    ck_assert_uint_eq(mirror->base, 2);

#undef check_load

    free(mirror);
}
END_TEST


static void
check_model_load(check_model_t *model, canvas_mirror_t *mirror,
    uint64_t *state)
{
    size_t            i;
    uint8_t           image[CHECK_PIXELS], packed[CHECK_PIXELS];
    uint64_t          epoch, seq;
    unsigned          bits;
    canvas_reason_t   reason;
    canvas_status_t   expected;

    epoch = model->epoch + check_random(state) % 3;
    epoch -= (epoch != 0);
    seq = model->seq + check_random(state) % 5;
    seq -= (seq > 2) ? 2 : 0;
    bits = check_random(state) % 2 ? 4 : 8;
    reason = (canvas_reason_t) (check_random(state) % 6);

    for (i = 0; i < CHECK_PIXELS; i++) {
        image[i] = (uint8_t) (check_random(state) % 16);
    }

    canvas_grid_pack(packed, image, CHECK_PIXELS, bits);

    expected = CANVAS_OK;

    if (model->valid
        && (epoch < model->epoch
            || (epoch == model->epoch && seq <= model->seq)))
    {
        expected = CANVAS_DONE;
    }

    ck_assert_int_eq(canvas_mirror_load(mirror, epoch, seq, reason, packed,
                         canvas_grid_packed_size(CHECK_PIXELS, bits), bits),
                     expected);

    if (expected == CANVAS_OK) {
        model->valid = 1;
        model->epoch = epoch;
        model->base = seq;
        model->seq = seq;
        model->reason = reason;
        model->loads++;
        memcpy(model->image, image, CHECK_PIXELS);
    }
}


static void
check_model_apply(check_model_t *model, canvas_mirror_t *mirror,
    uint64_t *state)
{
    uint64_t          epoch, seq;
    canvas_change_t   change;
    canvas_status_t   expected;

    change = check_mirror_change(state);
    epoch = model->epoch;
    seq = model->seq + 1;

    switch (check_random(state) % 16) {

    case 0:
        seq += check_random(state) % 4;
        break;

    case 1:
        seq -= check_random(state) % (seq + 1);
        break;

    case 2:
        epoch++;
        break;

    case 3:
        change.x = (uint16_t) (change.x + CHECK_WIDTH);
        break;

    default:
        break;
    }

    expected = !model->valid || epoch != model->epoch ? CANVAS_STALE
               : seq <= model->seq ? CANVAS_DONE
               : seq > model->seq + 1 ? CANVAS_GAP
               : change.x >= CHECK_WIDTH ? CANVAS_INVALID : CANVAS_OK;

    ck_assert_int_eq(canvas_mirror_apply(mirror, epoch, seq, &change),
                     expected);

    if (expected == CANVAS_OK) {
        ck_assert_uint_lt(model->seq - model->base, CHECK_LOG);
        change.old = model->image[change.y * CHECK_WIDTH + change.x];
        model->log[model->seq - model->base] = change;
        model->image[change.y * CHECK_WIDTH + change.x] = change.color;
        model->seq = seq;
    }
}


static void
check_model_since(check_model_t *model, canvas_mirror_t *mirror,
    uint64_t *state)
{
    size_t            i, n, max, count;
    uint64_t          since, epoch;
    canvas_change_t   changes[CHECK_RING + 4];
    canvas_status_t   status;

    since = model->seq + 2 - check_random(state) % (CHECK_RING + 6);
    epoch = model->epoch + (check_random(state) % 20 == 0);
    max = check_random(state) % (CHECK_RING + 4);

    status = canvas_mirror_since(mirror, epoch, since, changes, max, &n);

    if (!model->valid || epoch != model->epoch || since > model->seq
        || since < model->base || model->seq - since > CHECK_RING)
    {
        ck_assert_int_eq(status, CANVAS_STALE);
        ck_assert_uint_eq(n, 0);
        return;
    }

    ck_assert_int_eq(status, CANVAS_OK);

    count = (size_t) (model->seq - since);
    ck_assert_uint_eq(n, count < max ? count : max);

    for (i = 0; i < n; i++) {
        ck_assert_mem_eq(&changes[i], &model->log[since - model->base + i],
                         sizeof(canvas_change_t));
    }
}


/* sums of the image as it stood at a seq, painted back from the log */

static void
check_model_sums(check_model_t *model, canvas_mirror_t *mirror,
    uint64_t *state)
{
    uint8_t                 image[CHECK_PIXELS];
    uint32_t                sum, sums[1];
    uint64_t                seq, s;
    canvas_status_t         status;
    const canvas_change_t  *change;

    seq = model->seq + 2 - check_random(state) % (CHECK_RING + 6);

    status = canvas_mirror_sums(mirror, model->epoch, seq, sums);

    if (!model->valid || seq > model->seq || seq < model->base
        || model->seq - seq > CHECK_RING)
    {
        ck_assert_int_eq(status, CANVAS_STALE);
        return;
    }

    ck_assert_int_eq(status, CANVAS_OK);
    ck_assert_int_eq(canvas_mirror_sums(mirror, model->epoch + 1, seq, sums),
                     CANVAS_STALE);

    memcpy(image, model->image, CHECK_PIXELS);

    for (s = model->seq; s > seq; s--) {
        change = &model->log[s - 1 - model->base];
        image[change->y * CHECK_WIDTH + change->x] = change->old;
    }

    canvas_sum_image(&sum, image, CHECK_WIDTH, CHECK_HEIGHT);
    ck_assert_uint_eq(sums[0], sum);
}


START_TEST(mirror_random)
{
    uint64_t          state;
    unsigned          round;
    check_model_t    *model;
    canvas_mirror_t  *mirror;

    mirror = check_mirror_new(CHECK_WIDTH, CHECK_HEIGHT, CHECK_RING);
    model = calloc(1, sizeof(check_model_t));
    ck_assert_ptr_nonnull(model);
    state = 11;

    for (round = 0; round < CHECK_ROUNDS; round++) {

        switch (check_random(&state) % 64) {

        case 0:
            check_model_load(model, mirror, &state);
            break;

        case 1: case 2: case 3: case 4: case 5: case 6: case 7:
            check_model_since(model, mirror, &state);
            break;

        case 8: case 9: case 10: case 11:
            check_model_sums(model, mirror, &state);
            break;

        default:
            check_model_apply(model, mirror, &state);
            break;
        }

        if (!model->valid) {
            ck_assert_uint_eq(mirror->valid, 0);
            continue;
        }

        ck_assert_uint_eq(mirror->epoch, model->epoch);
        ck_assert_uint_eq(mirror->seq, model->seq);
        ck_assert_uint_eq(mirror->reason, model->reason);
        ck_assert_uint_eq(mirror->loads, model->loads);
        ck_assert_uint_le(mirror->seq - mirror->base, CHECK_RING);
        ck_assert_mem_eq(canvas_mirror_image(mirror), model->image,
                         CHECK_PIXELS);
    }

    /* the run met what it is about */
    ck_assert_uint_gt(model->loads, 100);

    free(model);
    free(mirror);
}
END_TEST


/* the smallest ring, and the corner of the largest canvas */

START_TEST(mirror_edges)
{
    size_t            n;
    uint8_t          *packed;
    uint64_t          seq;
    canvas_change_t   change, changes[2];
    canvas_mirror_t  *mirror;

    mirror = check_mirror_new(65536, 2, 1);
    packed = calloc(65536, 1);
    ck_assert_ptr_nonnull(packed);

    ck_assert_int_eq(canvas_mirror_load(mirror, 1, 0, CANVAS_REASON_INIT,
                                        packed, 65536, 4), CANVAS_OK);

    memset(&change, 0, sizeof(change));
    change.x = 65535;
    change.y = 1;

    for (seq = 1; seq < 40; seq++) {
        change.old = (uint8_t) ((seq - 1) % 16);
        change.color = (uint8_t) (seq % 16);
        ck_assert_int_eq(canvas_mirror_apply(mirror, 1, seq, &change),
                         CANVAS_OK);
        ck_assert_uint_eq(canvas_mirror_image(mirror)[131071], seq % 16);

        ck_assert_int_eq(canvas_mirror_since(mirror, 1, seq - 1, changes, 2,
                                             &n), CANVAS_OK);
        ck_assert_uint_eq(n, 1);
        ck_assert_mem_eq(&changes[0], &change, sizeof(change));

        if (seq > 1) {
            ck_assert_int_eq(canvas_mirror_since(mirror, 1, seq - 2, changes,
                                                 2, &n), CANVAS_STALE);
        }
    }

    free(packed);
    free(mirror);
}
END_TEST


Suite *
check_mirror(void)
{
    const TTest *const  tests[] = {
        mirror_size, mirror_fresh, mirror_apply_rules, mirror_load_rules,
        mirror_random, mirror_edges
    };

    return check_suite("mirror", tests, CHECK_N(tests));
}
