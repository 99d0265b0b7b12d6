/*
 * check_proto: what the server says, byte for byte as the contract shapes it;
 * measuring equals writing; everything is JSON; buffers suffice.
 */

#include "check_canvas.h"
#include "canvas_proto.h"


static const uint8_t  check_user[16] = {
    0x0b, 0x5c, 0x2d, 0x34, 0x9f, 0x1e, 0x4a, 0x7b,
    0x8c, 0x6d, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab
};


/* buf holds len bytes of JSON, and these */

static void
check_text_is(const char *buf, size_t len, size_t measured,
    const char *expected)
{
    json_t  *value;

    ck_assert_msg(len == strlen(expected) && memcmp(buf, expected, len) == 0,
                  "%.*s\nis not\n%s", (int) len, buf, expected);
    ck_assert_uint_eq(measured, len);

    value = json_loadb(buf, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES,
                       NULL);
    ck_assert_ptr_nonnull(value);
    json_decref(value);
}


static canvas_msg_t
check_msg(const char *id)
{
    canvas_msg_t  msg;

    memset(&msg, 0, sizeof(msg));
    msg.color = 5;
    msg.id_len = strlen(id);
    memcpy(msg.id, id, msg.id_len);

    return msg;
}


START_TEST(proto_placed)
{
    char          buf[CANVAS_PROTO_REPLY_MAX];
    canvas_msg_t  msg;

    msg = check_msg("7");
    check_text_is(buf, canvas_proto_placed(buf, &msg, 124, 5000),
                  canvas_proto_placed(NULL, &msg, 124, 5000),
                  "{\"type\":\"placed\",\"x\":0,\"y\":0,\"color\":5,"
                  "\"seq\":124,\"cooldown\":5,\"id\":7}");

    msg = check_msg("");
    msg.x = 65535;
    msg.y = 10;
    check_text_is(buf, canvas_proto_placed(buf, &msg, 1, 0),
                  canvas_proto_placed(NULL, &msg, 1, 0),
                  "{\"type\":\"placed\",\"x\":65535,\"y\":10,\"color\":5,"
                  "\"seq\":1,\"cooldown\":0}");
}
END_TEST


START_TEST(proto_error)
{
    char          buf[CANVAS_PROTO_REPLY_MAX];
    canvas_msg_t  msg;

    msg = check_msg("\"a\"");

#define check_error(...)                                                      \
    buf, canvas_proto_error(buf, __VA_ARGS__),                                \
    canvas_proto_error(NULL, __VA_ARGS__)

    check_text_is(check_error(CANVAS_CODE_RATE_LIMITED, 3200, NULL, &msg),
                  "{\"type\":\"error\",\"code\":\"RATE_LIMITED\","
                  "\"message\":\"Wait for the cooldown to end\","
                  "\"cooldownRemaining\":3.2,\"id\":\"a\"}");
    check_text_is(check_error(CANVAS_CODE_RULE_VIOLATION, 0, "colorLock",
                              NULL),
                  "{\"type\":\"error\",\"code\":\"RULE_VIOLATION\","
                  "\"message\":\"The game mode does not allow this\","
                  "\"rule\":\"colorLock\"}");
    check_text_is(check_error(CANVAS_CODE_UNAVAILABLE, 0, NULL, NULL),
                  "{\"type\":\"error\",\"code\":\"UNAVAILABLE\","
                  "\"message\":\"Service temporarily unavailable\"}");

    /* a rule is a name or it is cut where it stops being one */
    check_text_is(check_error(CANVAS_CODE_BANNED, 0, "ab\"c", NULL),
                  "{\"type\":\"error\",\"code\":\"BANNED\","
                  "\"message\":\"This account is banned\","
                  "\"rule\":\"ab\"}");

#undef check_error
}
END_TEST


/* the longest reply of each kind fits into CANVAS_PROTO_REPLY_MAX */

START_TEST(proto_reply_max)
{
    char          id[CANVAS_PROTO_ID_MAX + 1], rule[100];
    unsigned      code;
    canvas_msg_t  msg;

    memset(id, '1', CANVAS_PROTO_ID_MAX);
    id[CANVAS_PROTO_ID_MAX] = '\0';
    memset(rule, 'r', sizeof(rule) - 1);
    rule[sizeof(rule) - 1] = '\0';

    msg = check_msg(id);
    msg.x = 65535;
    msg.y = 65535;
    msg.color = 255;

    for (code = 0; code < CANVAS_CODE_MAX; code++) {
        ck_assert_uint_le(canvas_proto_error(NULL, (canvas_code_t) code,
                                             UINT64_MAX, rule, &msg),
                          CANVAS_PROTO_REPLY_MAX);
    }

    ck_assert_uint_le(canvas_proto_placed(NULL, &msg, UINT64_MAX, UINT64_MAX),
                      CANVAS_PROTO_REPLY_MAX);
    ck_assert_uint_le(canvas_proto_resync(NULL, UINT64_MAX, UINT64_MAX),
                      CANVAS_PROTO_REPLY_MAX);
}
END_TEST


START_TEST(proto_binary)
{
    size_t          i, n;
    json_t         *data, *vector;
    uint8_t         expected[64], buf[64];
    uint64_t        ms;
    const char     *name;
    canvas_msg_t    msg;
    canvas_code_t   code;

    data = check_data("frames.json");
    memset(&msg, 0, sizeof(msg));

    json_array_foreach(json_object_get(data, "placed"), i, vector) {
        n = check_data_hex(vector, "hex", expected, sizeof(expected));
        msg.binary_id = (uint32_t) check_data_number(vector, "id");
        ms = check_data_number(vector, "cooldown_ms");

        memset(buf, '#', sizeof(buf));
        ck_assert_uint_eq(canvas_proto_placed_binary(buf, &msg,
                              check_data_number(vector, "seq"), ms), n);
        ck_assert_mem_eq(buf, expected, n);
        ck_assert_int_eq(buf[n], '#');
        ck_assert_uint_eq(canvas_proto_placed_binary(NULL, &msg, 1, ms), n);
    }

    ck_assert_uint_ge(i, 3);

    json_array_foreach(json_object_get(data, "error"), i, vector) {
        n = check_data_hex(vector, "hex", expected, sizeof(expected));
        msg.binary_id = (uint32_t) check_data_number(vector, "id");
        ms = check_data_number(vector, "remaining_ms");
        name = check_data_text(vector, "code");
        code = canvas_code_find(name, strlen(name));

        memset(buf, '#', sizeof(buf));
        ck_assert_uint_eq(canvas_proto_error_binary(buf, code, ms, &msg), n);
        ck_assert_mem_eq(buf, expected, n);
        ck_assert_int_eq(buf[n], '#');
        ck_assert_uint_eq(canvas_proto_error_binary(NULL, code, ms, &msg), n);
    }

    ck_assert_uint_ge(i, 9);
    json_decref(data);

    /* what does not fit is the largest; no message has id 0 */
    ck_assert_uint_eq(canvas_proto_error_binary(buf, CANVAS_CODE_RATE_LIMITED,
                                                UINT64_C(1) << 40, NULL), 10);
    ck_assert_mem_eq(buf, "\x1f\0\0\0\0\x01\xff\xff\xff\xff", 10);

    memset(buf, '#', sizeof(buf));
    ck_assert_uint_eq(canvas_proto_error_binary(buf, CANVAS_CODE_FORBIDDEN, 0,
                                                &msg), 0);
    ck_assert_int_eq(buf[0], '#');
}
END_TEST


START_TEST(proto_resync)
{
    char  buf[CANVAS_PROTO_REPLY_MAX];

    check_text_is(buf, canvas_proto_resync(buf, 9007199254740991, 4),
                  canvas_proto_resync(NULL, 9007199254740991, 4),
                  "{\"type\":\"resync\",\"seq\":9007199254740991,"
                  "\"epoch\":4}");
}
END_TEST


START_TEST(proto_viewport)
{
    char          buf[CANVAS_PROTO_REPLY_MAX];
    canvas_msg_t  msg;

    memset(&msg, 0, sizeof(msg));

    check_text_is(buf, canvas_proto_viewport(buf, &msg, 7),
                  canvas_proto_viewport(NULL, &msg, 7),
                  "{\"type\":\"viewport\",\"seq\":7}");

    msg.x = 1;
    msg.y = 65535;
    msg.width = 65536;
    msg.height = 3;
    msg.id_len = 3;
    memcpy(msg.id, "\"a\"", 3);

    check_text_is(buf, canvas_proto_viewport(buf, &msg, 9007199254740991),
                  canvas_proto_viewport(NULL, &msg, 9007199254740991),
                  "{\"type\":\"viewport\",\"x\":1,\"y\":65535,"
                  "\"width\":65536,\"height\":3,"
                  "\"seq\":9007199254740991,\"id\":\"a\"}");
}
END_TEST


START_TEST(proto_checksums)
{
    char                buf[256];
    canvas_checksums_t  answer;

    static const uint32_t  sums[] = { 0, 4294967295, 7, 1, 2, 3 };

    answer.epoch = 4;
    answer.seq = 123;
    answer.tile = 64;
    answer.columns = 3;
    answer.rows = 2;
    answer.sums = sums;

    check_text_is(buf, canvas_proto_checksums(buf, &answer),
                  canvas_proto_checksums(NULL, &answer),
                  "{\"type\":\"checksums\",\"seq\":123,\"epoch\":4,"
                  "\"tile\":64,\"columns\":3,\"rows\":2,"
                  "\"sums\":[0,4294967295,7,1,2,3]}");
}
END_TEST


START_TEST(proto_welcome)
{
    char              buf[1024];
    const char       *palette = "[\"#FF4500\",\"#FFFFFF\"]";
    canvas_welcome_t  welcome;

    memset(&welcome, 0, sizeof(welcome));
    welcome.cooldown_ms = 5000;
    welcome.width = 500;
    welcome.height = 400;
    welcome.palette = palette;
    welcome.palette_len = strlen(palette);
    welcome.background = 1;
    welcome.seq = 123;
    welcome.epoch = 4;
    welcome.game_mode = "classic";
    welcome.color = -1;

    check_text_is(buf, canvas_proto_welcome(buf, &welcome),
                  canvas_proto_welcome(NULL, &welcome),
                  "{\"type\":\"welcome\",\"userId\":null,\"cooldown\":5,"
                  "\"cooldownRemaining\":0,\"canvasInfo\":{\"width\":500,"
                  "\"height\":400,\"palette\":[\"#FF4500\",\"#FFFFFF\"],"
                  "\"background\":1,\"seq\":123,\"epoch\":4},"
                  "\"gameMode\":\"classic\",\"faction\":null,"
                  "\"color\":null}");

    welcome.user = check_user;
    welcome.remaining_ms = 4999;
    welcome.game_mode = "a\"b";
    welcome.faction = (const uint8_t *) "Red_1-x\"";
    welcome.faction_len = 8;
    welcome.color = 0;

    check_text_is(buf, canvas_proto_welcome(buf, &welcome),
                  canvas_proto_welcome(NULL, &welcome),
                  "{\"type\":\"welcome\","
                  "\"userId\":\"0b5c2d34-9f1e-4a7b-8c6d-0123456789ab\","
                  "\"cooldown\":5,\"cooldownRemaining\":4.999,"
                  "\"canvasInfo\":{\"width\":500,\"height\":400,"
                  "\"palette\":[\"#FF4500\",\"#FFFFFF\"],\"background\":1,"
                  "\"seq\":123,\"epoch\":4},\"gameMode\":\"a\\\"b\","
                  "\"faction\":\"Red_1-x\",\"color\":0}");
}
END_TEST


START_TEST(proto_allegiance_longest)
{
    char     buf[CANVAS_PROTO_ALLEGIANCE_MAX + 1];
    size_t   len;
    uint8_t  faction[64];

    memset(faction, 'f', sizeof(faction));
    memset(buf, '#', sizeof(buf));

    len = canvas_proto_allegiance(buf, faction, sizeof(faction), 255);
    ck_assert_uint_le(len, CANVAS_PROTO_ALLEGIANCE_MAX);
    ck_assert_uint_eq(canvas_proto_allegiance(NULL, faction, sizeof(faction),
                                              255), len);
    ck_assert_int_eq(buf[len], '#');
}
END_TEST


START_TEST(proto_epoch)
{
    char      buf[CANVAS_PROTO_REPLY_MAX];
    size_t    i;

    static const char  reset[] = "{\"type\":\"canvas_reset\",\"epoch\":5}";
    static const char  resync[] =
        "{\"type\":\"resync\",\"seq\":9,\"epoch\":5}";

    static const struct {
        canvas_reason_t   reason;
        const char       *text;
    } cases[] = {
        { CANVAS_REASON_ROTATE,
          "{\"type\":\"week_reset\",\"weekNumber\":6,\"year\":2026,"
          "\"gameMode\":\"classic\",\"epoch\":5}" },
        { CANVAS_REASON_RESET, reset },
        { CANVAS_REASON_INIT, reset },
        { CANVAS_REASON_RESTART, resync },
        { CANVAS_REASON_RESTORE, resync },
        { CANVAS_REASON_NONE, resync }
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        check_text_is(buf,
                      canvas_proto_epoch(buf, cases[i].reason, 5, 9, 6, 2026,
                                         "classic"),
                      canvas_proto_epoch(NULL, cases[i].reason, 5, 9, 6, 2026,
                                         "classic"), cases[i].text);
    }
}
END_TEST


START_TEST(proto_seconds)
{
    char    buf[32];
    size_t  i;

    static const struct {
        uint64_t     ms;
        const char  *text;
    } cases[] = {
        { 0, "0" }, { 1, "0.001" }, { 10, "0.01" }, { 100, "0.1" },
        { 999, "0.999" }, { 1000, "1" }, { 3200, "3.2" }, { 5000, "5" },
        { 60010, "60.01" }, { UINT64_MAX, "18446744073709551.615" }
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        check_text_is(buf, canvas_proto_seconds(buf, cases[i].ms),
                      canvas_proto_seconds(NULL, cases[i].ms),
                      cases[i].text);
    }
}
END_TEST


Suite *
check_proto(void)
{
    const TTest *const  tests[] = {
        proto_placed, proto_error, proto_reply_max, proto_binary,
        proto_resync, proto_viewport, proto_checksums, proto_welcome,
        proto_allegiance_longest, proto_epoch, proto_seconds
    };

    return check_suite("proto", tests, CHECK_N(tests));
}
