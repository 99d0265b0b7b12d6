/*
 * check_proto_update: updates as text, as frames and as binary, against
 * snprintf() and the golden frames.
 */

#include "check_canvas.h"
#include "canvas_proto.h"
#include "canvas_ws.h"

#include <inttypes.h>
#include <stdio.h>


/* the plain way to write it */

static size_t
check_update_text(char *buf, size_t size, const canvas_change_t *change,
    uint64_t seq)
{
    char            user[39] = "\"";
    size_t          i, n;
    const uint8_t  *a;

    a = change->actor;

    for (i = 0, n = 1; i < 16; i++) {
        n += (size_t) snprintf(user + n, sizeof(user) - n, "%s%02x",
                               i == 4 || i == 6 || i == 8 || i == 10
                               ? "-" : "", a[i]);
    }

    strcpy(user + n, "\"");

    if (change->kind == 's') {
        strcpy(user, "null");
    }

    return (size_t) snprintf(buf, size,
                             "{\"type\":\"update\",\"x\":%u,\"y\":%u,"
                             "\"color\":%u,\"userId\":%s,"
                             "\"seq\":%" PRIu64 "}", change->x, change->y,
                             change->color, user, seq);
}


static canvas_change_t
check_update_change(uint64_t *state)
{
    size_t           i;
    unsigned         shift;
    canvas_change_t  change;

    memset(&change, 0, sizeof(change));
    shift = (unsigned) (check_random(state) % 16);
    change.x = (uint16_t) ((uint16_t) check_random(state) >> shift);
    change.y = (uint16_t) ((uint16_t) check_random(state) >> (15 - shift));
    change.color = (uint8_t) ((uint8_t) check_random(state) >> shift / 2);
    change.kind = "ugas"[check_random(state) % 4];

    for (i = 0; i < 16; i++) {
        change.actor[i] = (uint8_t) check_random(state);
    }

    return change;
}


START_TEST(update_contract)
{
    char             buf[CANVAS_PROTO_UPDATE_MAX];
    size_t           len;
    canvas_change_t  change;

    static const char  expected[] =
        "{\"type\":\"update\",\"x\":0,\"y\":0,\"color\":5,"
        "\"userId\":\"0b5c2d34-9f1e-4a7b-8c6d-0123456789ab\",\"seq\":124}";

    memset(&change, 0, sizeof(change));
    change.color = 5;
    memcpy(change.actor, "\x0b\x5c\x2d\x34\x9f\x1e\x4a\x7b"
                         "\x8c\x6d\x01\x23\x45\x67\x89\xab", 16);

    len = canvas_proto_update(buf, &change, 124);
    ck_assert_uint_eq(len, sizeof(expected) - 1);
    ck_assert_mem_eq(buf, expected, len);
}
END_TEST


START_TEST(update_of_nobody)
{
    char             buf[CANVAS_PROTO_UPDATE_MAX];
    size_t           len;
    canvas_change_t  change;

    static const char  expected[] =
        "{\"type\":\"update\",\"x\":7,\"y\":8,\"color\":15,"
        "\"userId\":null,\"seq\":125}";

    memset(&change, 0, sizeof(change));
    change.x = 7;
    change.y = 8;
    change.color = 15;
    change.kind = 's';

    len = canvas_proto_update(buf, &change, 125);
    ck_assert_uint_eq(len, sizeof(expected) - 1);
    ck_assert_uint_eq(canvas_proto_update(NULL, &change, 125), len);
    ck_assert_mem_eq(buf, expected, len);
}
END_TEST


START_TEST(update_random)
{
    char             buf[CANVAS_PROTO_UPDATE_MAX + 1], expected[256];
    size_t           len;
    uint64_t         state, seq;
    unsigned         round;
    canvas_change_t  change;

    state = 21;

    for (round = 0; round < 50000; round++) {
        change = check_update_change(&state);
        seq = check_random(&state) >> (round % 64);

        len = check_update_text(expected, sizeof(expected), &change, seq);
        memset(buf, '#', sizeof(buf));

        ck_assert_uint_eq(canvas_proto_update(NULL, &change, seq), len);
        ck_assert_uint_eq(canvas_proto_update(buf, &change, seq), len);
        ck_assert_mem_eq(buf, expected, len);
        ck_assert_int_eq(buf[len], '#');
    }
}
END_TEST


START_TEST(update_longest)
{
    size_t           len;
    canvas_change_t  change;

    memset(&change, 0xff, sizeof(change));
    len = canvas_proto_update(NULL, &change, UINT64_MAX);

    ck_assert_uint_le(len, CANVAS_PROTO_UPDATE_MAX);
    ck_assert_uint_le(canvas_ws_head(NULL, CANVAS_WS_OP_TEXT, len) + len,
                      canvas_proto_update_frames(NULL, &change, 1, 0));
}
END_TEST


START_TEST(update_frames)
{
    char              expected[256];
    size_t            i, n, len, max, text_len;
    uint8_t          *buf, *p;
    uint64_t          state, first;
    canvas_change_t   changes[40];

    state = 22;

    for (n = 0; n <= CHECK_N(changes); n++) {

        for (i = 0; i < n; i++) {
            changes[i] = check_update_change(&state);
        }

        first = UINT64_C(1) << n;
        max = canvas_proto_update_frames(NULL, changes, n, first);
        buf = malloc(max + 1);
        ck_assert_ptr_nonnull(buf);

        len = canvas_proto_update_frames(buf, changes, n, first);
        ck_assert_uint_le(len, max);

        for (i = 0, p = buf; i < n; i++) {
            text_len = check_update_text(expected, sizeof(expected),
                                         &changes[i], first + i);
            ck_assert_uint_eq(p[0], 0x81);
            ck_assert_uint_eq(p[1], text_len);
            ck_assert_mem_eq(p + 2, expected, text_len);
            p += 2 + text_len;
        }

        ck_assert_ptr_eq(p, buf + len);
        free(buf);
    }
}
END_TEST


START_TEST(update_picked)
{
    size_t            i, n, len;
    uint8_t          *buf, *p, one[CANVAS_PROTO_UPDATE_MAX + 2];
    uint16_t          picks[64];
    uint64_t          state;
    canvas_change_t   changes[64], picked[64];

    state = 23;

    for (i = 0; i < CHECK_N(changes); i++) {
        changes[i] = check_update_change(&state);
    }

    for (n = 0, i = 0; i < CHECK_N(changes); i++) {
        if (check_random(&state) % 3 == 0) {
            picks[n] = (uint16_t) i;
            picked[n++] = changes[i];
        }
    }

    buf = malloc(canvas_proto_update_frames_of(NULL, changes, picks, n, 0));
    ck_assert_ptr_nonnull(buf);
    len = canvas_proto_update_frames_of(buf, changes, picks, n, 1000);

    for (i = 0, p = buf; i < n; i++) {
        size_t  size;

        size = canvas_proto_update_frames(one, &picked[i], 1,
                                          1000 + picks[i]);
        ck_assert_mem_eq(p, one, size);
        p += size;
    }

    ck_assert_ptr_eq(p, buf + len);

    /* the same payload as of the picked ones alone */
    len = canvas_proto_updates_binary_of(NULL, changes, picks, n, 77);
    ck_assert_uint_eq(canvas_proto_updates_binary_of(buf, changes, picks, n,
                                                     77), len);
    p = malloc(len);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(canvas_proto_updates_binary(p, picked, n, 77), len);
    ck_assert_mem_eq(buf, p, len);

    free(p);
    free(buf);
}
END_TEST


START_TEST(update_binary)
{
    size_t            i, k, n, len;
    json_t           *data, *vector, *list, *item;
    uint8_t           expected[64], buf[64];
    uint64_t          seq;
    canvas_change_t   changes[8];

    data = check_data("frames.json");

    json_array_foreach(json_object_get(data, "updates"), i, vector) {
        len = check_data_hex(vector, "hex", expected, sizeof(expected));
        seq = check_data_number(vector, "seq");
        list = json_object_get(vector, "changes");
        n = json_array_size(list);
        memset(changes, 0xee, sizeof(changes));

        json_array_foreach(list, k, item) {
            changes[k].x = (uint16_t)
                json_integer_value(json_array_get(item, 0));
            changes[k].y = (uint16_t)
                json_integer_value(json_array_get(item, 1));
            changes[k].color = (uint8_t)
                json_integer_value(json_array_get(item, 2));
        }

        memset(buf, '#', sizeof(buf));
        ck_assert_uint_eq(canvas_proto_updates_binary(NULL, changes, n, seq),
                          len);
        ck_assert_uint_eq(canvas_proto_updates_binary(buf, changes, n, seq),
                          len);
        ck_assert_mem_eq(buf, expected, len);
        ck_assert_int_eq(buf[len], '#');
    }

    ck_assert_uint_ge(i, 4);
    json_decref(data);
}
END_TEST


Suite *
check_proto_update(void)
{
    const TTest *const  tests[] = {
        update_contract, update_of_nobody, update_random, update_longest,
        update_frames, update_picked, update_binary
    };

    return check_suite("proto_update", tests, CHECK_N(tests));
}
