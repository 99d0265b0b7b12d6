/*
 * check_rows: the bytes that COPY reads, as PostgreSQL documents them.
 */

#include "check_helper.h"
#include "ctl_rows.h"


START_TEST(check_rows_bytes)
{
    char            *buf;
    size_t           i;
    canvas_event_t   events[3];

    static const uint8_t  expected[] =
        "PGCOPY\n\377\r\n\0" "\0\0\0\0" "\0\0\0\0"
        "\0\12"
        "\0\0\0\10" "\0\0\1\2\3\4\5\6"          /* epoch */
        "\0\0\0\10" "\0\0\0\0\0\0\1\0"          /* seq */
        "\0\0\0\4" "\0\0\xff\xfe"               /* x */
        "\0\0\0\4" "\0\0\0\3"
        "\0\0\0\2" "\0\xff"                     /* color */
        "\0\0\0\2" "\0\17"
        "\0\0\0\20" "abcdefghijklmnop"          /* user_id */
        "\377\377\377\377"                      /* agent_id */
        "\0\0\0\10" "\0\0\0\0\0\0\x03\xe8"      /* created_at */
        "\377\377\377\377"                      /* faction */
        "\0\12"
        "\0\0\0\10" "\0\0\1\2\3\4\5\6"
        "\0\0\0\10" "\0\0\0\0\0\0\1\1"
        "\0\0\0\4" "\0\0\xff\xfe"
        "\0\0\0\4" "\0\0\0\3"
        "\0\0\0\2" "\0\xff"
        "\0\0\0\2" "\0\17"
        "\377\377\377\377"
        "\0\0\0\20" "abcdefghijklmnop"
        "\0\0\0\10" "\377\377\377\377\377\377\xfc\x18"
        "\0\0\0\2" "\0\xff"
        "\0\12"                                /* nobody placed it */
        "\0\0\0\10" "\0\0\1\2\3\4\5\6"
        "\0\0\0\10" "\0\0\0\0\0\0\1\2"
        "\0\0\0\4" "\0\0\xff\xfe"
        "\0\0\0\4" "\0\0\0\3"
        "\0\0\0\2" "\0\xff"
        "\0\0\0\2" "\0\17"
        "\377\377\377\377"
        "\377\377\377\377"
        "\0\0\0\10" "\377\377\377\377\377\377\xf4\x48"
        "\377\377\377\377"
        "\377\377";

    memset(events, 0, sizeof(events));

    for (i = 0; i < 3; i++) {
        events[i].epoch = UINT64_C(0x010203040506);
        events[i].seq = 256 + i;
        events[i].x = 65534;
        events[i].y = 3;
        events[i].color = 255;
        events[i].old = 15;
        events[i].kind = "gas"[i];
        events[i].faction = i == 1 ? 255 : 0;
        memcpy(events[i].actor, "abcdefghijklmnop", 16);
        /* a millisecond behind 2000-01-01, and some before it */
        events[i].ms = UINT64_C(946684800001) - 2 * i;
    }

    ck_assert_uint_ge(ctl_rows_size(3), sizeof(expected) - 1);

    buf = malloc(ctl_rows_size(3));
    ck_assert_ptr_nonnull(buf);
    ck_assert_uint_eq(ctl_rows_write(buf, events, 3), sizeof(expected) - 1);
    ck_assert_mem_eq(buf, expected, sizeof(expected) - 1);
    free(buf);
}
END_TEST


Suite *
check_rows(void)
{
    const TTest *const  tests[] = { check_rows_bytes };

    return check_suite("rows", tests, CHECK_N(tests));
}
