/*
 * check_proto_parse: what clients say: the golden messages and binary frames,
 * each cut at every byte as well, and texts too long for a vector.
 */

#include "check_canvas.h"
#include "canvas_proto.h"


static const char *const  check_types[] = {
    [CANVAS_MSG_PLACE] = "place",
    [CANVAS_MSG_PING] = "ping",
    [CANVAS_MSG_AUTH] = "auth",
    [CANVAS_MSG_VIEWPORT] = "viewport",
    [CANVAS_MSG_SUBSCRIBE] = "subscribe",
    [CANVAS_MSG_UNSUBSCRIBE] = "unsubscribe"
};


static canvas_code_t
check_parse(const char *text, size_t len, canvas_msg_t *msg)
{
    char           *copy;
    canvas_code_t   code;

    /* what is in msg before must not matter */
    memset(msg, 0xee, sizeof(canvas_msg_t));

    copy = (char *) check_copy(text, len);
    code = canvas_msg_parse(copy, len, msg);
    free(copy);

    return code;
}


static void
check_parse_member(const json_t *vector, const char *name, int64_t value)
{
    json_t  *member;

    member = json_object_get(vector, name);

    if (member) {
        ck_assert_int_eq(json_integer_value(member), value);
    }
}


static void
check_parse_id(const json_t *vector, const canvas_msg_t *msg)
{
    json_t  *id;

    id = json_object_get(vector, "id");

    if (id == NULL) {
        ck_assert_uint_eq(msg->id_len, 0);
        return;
    }

    ck_assert_uint_eq(msg->id_len, json_string_length(id));
    ck_assert_mem_eq(msg->id, json_string_value(id), msg->id_len);
}


static void
check_parse_vector(const json_t *vector, canvas_msg_t *msg)
{
    json_t  *token;

    ck_assert_str_eq(check_types[msg->type], check_data_text(vector, "type"));

    check_parse_member(vector, "x", msg->x);
    check_parse_member(vector, "y", msg->y);
    check_parse_member(vector, "color", msg->color);
    check_parse_member(vector, "width", msg->width);
    check_parse_member(vector, "height", msg->height);
    check_parse_member(vector, "channels", msg->channels);

    token = json_object_get(vector, "token");

    if (token) {
        ck_assert_str_eq(msg->token, json_string_value(token));

    } else {
        ck_assert_ptr_null(msg->token);
    }
}


START_TEST(parse_vectors)
{
    size_t          i;
    json_t         *data, *list, *vector, *text;
    canvas_msg_t    msg;
    canvas_code_t   code;

    data = check_data("messages.json");
    list = json_object_get(data, "vectors");
    ck_assert_uint_ge(json_array_size(list), 150);

    json_array_foreach(list, i, vector) {
        text = json_object_get(vector, "text");
        code = check_parse(json_string_value(text), json_string_length(text),
                           &msg);

        ck_assert_msg(strcmp(canvas_code_name(code),
                             check_data_text(vector, "code")) == 0,
                      "%.200s: %s", json_string_value(text),
                      canvas_code_name(code));
        check_parse_id(vector, &msg);

        if (code == CANVAS_CODE_OK) {
            check_parse_vector(vector, &msg);
        }

        canvas_msg_free(&msg);
        ck_assert_ptr_null(msg.token);
    }

    json_decref(data);
}
END_TEST


/* what is cut is never taken, and no byte behind it is read */

START_TEST(parse_cut)
{
    size_t         len;
    canvas_msg_t   msg;

    static const char  text[] =
        "{\"type\":\"auth\",\"token\":\"x\",\"channels\":[\"leaderboard\"],"
        "\"x\":1,\"id\":\"\\u00e9\"}";

    for (len = 0; len < sizeof(text) - 1; len++) {
        ck_assert_int_eq(check_parse(text, len, &msg),
                         CANVAS_CODE_INVALID_MESSAGE);
        canvas_msg_free(&msg);
    }

    ck_assert_int_eq(check_parse(text, len, &msg), CANVAS_CODE_OK);
    canvas_msg_free(&msg);
}
END_TEST


/* depth costs no stack, whatever the length */

START_TEST(parse_deep)
{
    char          *text;
    size_t         i, k, n, len;
    canvas_msg_t   msg;

    static const char *const  parts[] = { "[", "{\"a\":", "[{\"a\":" };

    n = 1 << 20;
    text = malloc(n);
    ck_assert_ptr_nonnull(text);

    for (i = 0; i < CHECK_N(parts); i++) {
        len = strlen(parts[i]);

        for (k = 0; k + len <= n; k += len) {
            memcpy(text + k, parts[i], len);
        }

        ck_assert_int_eq(canvas_msg_parse(text, k, &msg),
                         CANVAS_CODE_INVALID_MESSAGE);
    }

    /* a megabyte of string is only long */
    memset(text, 'a', n);
    memcpy(text, "{\"type\":\"ping\",\"a\":\"", 20);
    memcpy(text + n - 2, "\"}", 2);
    ck_assert_int_eq(canvas_msg_parse(text, n, &msg), CANVAS_CODE_OK);

    free(text);
}
END_TEST


START_TEST(parse_utf8)
{
    canvas_msg_t  msg;

#define check_ping(s)                                                         \
    check_parse("{\"type\":\"ping\",\"a\":\"" s "\"}",                        \
                sizeof("{\"type\":\"ping\",\"a\":\"" s "\"}") - 1, &msg)

    ck_assert_int_eq(check_ping("\xc3\xa9"), CANVAS_CODE_OK);
    ck_assert_int_eq(check_ping("\xff"), CANVAS_CODE_INVALID_MESSAGE);
    ck_assert_int_eq(check_ping("\xc0\x80"), CANVAS_CODE_INVALID_MESSAGE);
    ck_assert_int_eq(check_ping("\xed\xa0\x80"), CANVAS_CODE_INVALID_MESSAGE);
    ck_assert_int_eq(check_ping("\xc3"), CANVAS_CODE_INVALID_MESSAGE);

#undef check_ping
}
END_TEST


START_TEST(parse_pixel)
{
    size_t        i;
    canvas_msg_t  msg;

    static const struct {
        const char     *text;
        canvas_code_t   code;
    } cases[] = {
        { "{\"x\":1,\"y\":2,\"color\":3}", CANVAS_CODE_OK },
        { "{\"x\":1,\"y\":2,\"color\":3,\"type\":7,\"id\":{}}",
          CANVAS_CODE_OK },
        { "{\"x\":-1,\"y\":2,\"color\":3}", CANVAS_CODE_INVALID_COORDS },
        { "{\"x\":1,\"color\":3}", CANVAS_CODE_INVALID_COORDS },
        { "{\"x\":1,\"y\":65536,\"color\":3}", CANVAS_CODE_INVALID_COORDS },
        { "{\"x\":1,\"y\":2,\"color\":256}", CANVAS_CODE_INVALID_COLOR },
        { "{\"x\":1,\"y\":2}", CANVAS_CODE_INVALID_COLOR },
        { "{\"x\":1,\"y\":2,\"color\":99999999999999999999}",
          CANVAS_CODE_INVALID_COLOR },
        { "{}", CANVAS_CODE_INVALID_COORDS },
        { "[]", CANVAS_CODE_INVALID_MESSAGE },
        { "", CANVAS_CODE_INVALID_MESSAGE },
        { "x=1&y=2&color=3", CANVAS_CODE_INVALID_MESSAGE },
        { "{\"x\":1,\"y\":2,\"color\":3,\"x\":1}",
          CANVAS_CODE_INVALID_MESSAGE },
        { "{\"x\":1,\"y\":2,\"color\":3}}", CANVAS_CODE_INVALID_MESSAGE }
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        memset(&msg, 0xee, sizeof(msg));
        ck_assert_msg(canvas_msg_parse_pixel(cases[i].text,
                                             strlen(cases[i].text), &msg)
                      == cases[i].code, "%s", cases[i].text);

        if (cases[i].code == CANVAS_CODE_OK) {
            ck_assert_int_eq(msg.type, CANVAS_MSG_PLACE);
            ck_assert_int_eq(msg.x, 1);
            ck_assert_int_eq(msg.y, 2);
            ck_assert_int_eq(msg.color, 3);
            ck_assert_uint_eq(msg.id_len, 0);
        }

        canvas_msg_free(&msg);
    }
}
END_TEST


START_TEST(parse_binary)
{
    char           id[16];
    size_t         i, n;
    json_t        *data, *vector;
    uint8_t        bytes[64], *copy;
    canvas_msg_t   msg;

    data = check_data("frames.json");
    ck_assert_uint_ge(json_array_size(json_object_get(data, "place")), 4);

    json_array_foreach(json_object_get(data, "place"), i, vector) {
        n = check_data_hex(vector, "hex", bytes, sizeof(bytes));
        copy = check_copy(bytes, n);
        memset(&msg, 0xee, sizeof(msg));

        ck_assert_int_eq(canvas_msg_parse_binary(copy, n, &msg),
                         CANVAS_CODE_OK);
        ck_assert_int_eq(msg.type, CANVAS_MSG_PLACE);
        ck_assert_uint_eq(msg.binary_id, check_data_number(vector, "id"));
        ck_assert_int_eq(msg.x, check_data_number(vector, "x"));
        ck_assert_int_eq(msg.y, check_data_number(vector, "y"));
        ck_assert_int_eq(msg.color, check_data_number(vector, "color"));
        ck_assert_ptr_null(msg.token);

        memcpy(id, msg.id, msg.id_len);
        id[msg.id_len] = '\0';
        ck_assert_uint_eq(strtoul(id, NULL, 10), msg.binary_id);

        free(copy);
    }

    json_array_foreach(json_object_get(data, "invalid_place"), i, vector) {
        n = check_data_hex(vector, "hex", bytes, sizeof(bytes));
        copy = check_copy(bytes, n);
        memset(&msg, 0xee, sizeof(msg));

        ck_assert_int_eq(canvas_msg_parse_binary(copy, n, &msg),
                         CANVAS_CODE_INVALID_MESSAGE);
        ck_assert_uint_eq(msg.binary_id, check_data_number(vector, "id"));
        free(copy);
    }

    ck_assert_uint_ge(i, 12);
    json_decref(data);
}
END_TEST


START_TEST(parse_faction)
{
    char    faction[CANVAS_PROTO_FACTION_MAX + 1];
    size_t  i;

    static const struct {
        const char  *text;
        const char  *faction;           /* NULL: refused */
    } cases[] = {
        { "{\"faction\":\"red\"}", "red" },
        { "{\"faction\":\"A-z_9\",\"other\":[1]}", "A-z_9" },
        { "{\"faction\":\"01234567890123456789012345678901\"}",
          "01234567890123456789012345678901" },
        { "{}", "" },
        { "{\"faction\":null}", "" },
        { "{\"x\":\"red\"}", "" },
        { "{\"faction\":\"\"}", NULL },
        { "{\"faction\":\"012345678901234567890123456789012\"}", NULL },
        { "{\"faction\":\"a b\"}", NULL },
        { "{\"faction\":\"a\\u0000b\"}", NULL },
        { "{\"faction\":\"r\\u00e9d\"}", NULL },
        { "{\"faction\":1}", NULL },
        { "{\"faction\":[\"red\"]}", NULL },
        { "{\"faction\":\"a\",\"faction\":\"b\"}", NULL },
        { "{\"x\":99999999999999999999}", NULL },
        { "[]", NULL },
        { "\"red\"", NULL },
        { "", NULL }
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        memset(faction, '#', sizeof(faction));

        if (cases[i].faction == NULL) {
            ck_assert_msg(canvas_msg_parse_faction(cases[i].text,
                                                   strlen(cases[i].text),
                                                   faction)
                          == CANVAS_CODE_INVALID_MESSAGE, "%s",
                          cases[i].text);
            ck_assert_str_eq(faction, "");
            continue;
        }

        ck_assert_msg(canvas_msg_parse_faction(cases[i].text,
                                               strlen(cases[i].text), faction)
                      == CANVAS_CODE_OK, "%s", cases[i].text);
        ck_assert_str_eq(faction, cases[i].faction);
    }
}
END_TEST


Suite *
check_proto_parse(void)
{
    const TTest *const  tests[] = {
        parse_vectors, parse_cut, parse_deep, parse_utf8, parse_pixel,
        parse_faction, parse_binary
    };

    return check_suite("proto_parse", tests, CHECK_N(tests));
}
