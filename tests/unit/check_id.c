/*
 * check_id: UUIDs and session ids as text.
 */

#include "check_canvas.h"
#include "canvas_id.h"


static const uint8_t  check_id_bytes[16] = {
    0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
    0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10
};

static const char  check_id_text[] = "01234567-89ab-cdef-fedc-ba9876543210";


START_TEST(id_uuid_text)
{
    char     buf[CANVAS_UUID_LEN + 1];
    uint8_t  uuid[16];

    buf[CANVAS_UUID_LEN] = '#';
    canvas_uuid_format(check_id_bytes, buf);
    ck_assert_mem_eq(buf, check_id_text, CANVAS_UUID_LEN);
    ck_assert_int_eq(buf[CANVAS_UUID_LEN], '#');

    ck_assert_int_eq(canvas_uuid_parse(check_id_text, 36, uuid), CANVAS_OK);
    ck_assert_mem_eq(uuid, check_id_bytes, 16);

    ck_assert_int_eq(
        canvas_uuid_parse("01234567-89AB-CDEF-FEDC-BA9876543210", 36, uuid),
        CANVAS_OK);
    ck_assert_mem_eq(uuid, check_id_bytes, 16);
}
END_TEST


/* every byte of the text matters */

START_TEST(id_uuid_malformed)
{
    char     buf[CANVAS_UUID_LEN];
    size_t   i, k;
    uint8_t  uuid[16];

    static const char  wrong[] = "gG-/:@`{ \n";

    for (i = 0; i < CANVAS_UUID_LEN; i++) {

        for (k = 0; k < sizeof(wrong); k++) {
            memcpy(buf, check_id_text, CANVAS_UUID_LEN);

            if (buf[i] == wrong[k]) {
                continue;
            }

            buf[i] = wrong[k];
            ck_assert_msg(canvas_uuid_parse(buf, CANVAS_UUID_LEN, uuid)
                          == CANVAS_INVALID, "byte %zu as '%c'", i, wrong[k]);
        }

        ck_assert_int_eq(canvas_uuid_parse(check_id_text, i, uuid),
                         CANVAS_INVALID);
    }

    ck_assert_int_eq(
        canvas_uuid_parse("01234567-89ab-cdef-fedc-ba98765432100", 37, uuid),
        CANVAS_INVALID);
    ck_assert_int_eq(
        canvas_uuid_parse("0123456789abcdeffedcba98765432100000", 36, uuid),
        CANVAS_INVALID);
}
END_TEST


START_TEST(id_uuid_v4)
{
    char      buf[CANVAS_UUID_LEN];
    uint8_t   uuid[16];
    unsigned  fill;

    for (fill = 0; fill < 256; fill++) {
        memset(uuid, (int) fill, sizeof(uuid));
        canvas_uuid_v4(uuid);
        canvas_uuid_format(uuid, buf);

        ck_assert_int_eq(buf[14], '4');
        ck_assert_ptr_nonnull(strchr("89ab", buf[19]));

        /* the other 122 bits stay */
        ck_assert_uint_eq(uuid[6] & 0x0f, fill & 0x0f);
        ck_assert_uint_eq(uuid[8] & 0x3f, fill & 0x3f);
        ck_assert_uint_eq(uuid[0], fill);
        ck_assert_uint_eq(uuid[7], fill);
        ck_assert_uint_eq(uuid[15], fill);
    }
}
END_TEST


START_TEST(id_hex)
{
    char  buf[33];

    buf[32] = '#';
    canvas_hex_format(check_id_bytes, 16, buf);
    ck_assert_mem_eq(buf, "0123456789abcdeffedcba9876543210#", 33);

    canvas_hex_format(check_id_bytes, 0, buf);
    ck_assert_int_eq(buf[0], '0');
}
END_TEST


START_TEST(id_session)
{
    char      text[CANVAS_SESSION_LEN + 1];
    size_t    i;
    unsigned  c;

    memset(text, 'a', sizeof(text));

    ck_assert_int_eq(canvas_session_check(text, 64), CANVAS_OK);
    ck_assert_int_eq(canvas_session_check(text, 63), CANVAS_INVALID);
    ck_assert_int_eq(canvas_session_check(text, 65), CANVAS_INVALID);
    ck_assert_int_eq(canvas_session_check(text, 0), CANVAS_INVALID);

    for (i = 0; i < CANVAS_SESSION_LEN; i++) {

        for (c = 0; c < 256; c++) {
            text[i] = (char) c;
            ck_assert_int_eq(canvas_session_check(text, 64),
                             c && strchr("0123456789abcdef", (int) c)
                             ? CANVAS_OK : CANVAS_INVALID);
        }

        text[i] = '0';
    }
}
END_TEST


Suite *
check_id(void)
{
    const TTest *const  tests[] = {
        id_uuid_text, id_uuid_malformed, id_uuid_v4, id_hex, id_session
    };

    return check_suite("id", tests, CHECK_N(tests));
}
