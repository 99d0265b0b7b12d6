/*
 * check_proto_scan: the plain form of a placement is recognised, and whatever
 * is recognised means what jansson reads in it.
 */

#include "check_canvas.h"
#include "canvas_proto.h"


#define CHECK_MEMBER  "\"_\":[],"


static canvas_scan_t
check_scan(const char *text, size_t len, canvas_msg_t *msg)
{
    char           *copy;
    canvas_scan_t   scan;

    memset(msg, 0xee, sizeof(canvas_msg_t));

    copy = (char *) check_copy(text, len);
    scan = canvas_msg_scan(copy, len, msg);
    free(copy);

    return scan;
}


/* with a member that is none of the plain form it goes to jansson */

static void
check_agree(const char *text, size_t len)
{
    char           *other, *p;
    size_t          head;
    canvas_msg_t    msg, expected;
    canvas_scan_t   scan;
    canvas_code_t   code;

    scan = check_scan(text, len, &msg);

    if (scan == CANVAS_SCAN_NONE) {
        return;
    }

    other = malloc(len + sizeof(CHECK_MEMBER));
    ck_assert_ptr_nonnull(other);

    head = (size_t) ((char *) memchr(text, '{', len) - text) + 1;

    memcpy(other, text, head);
    p = other + head;
    memcpy(p, CHECK_MEMBER, sizeof(CHECK_MEMBER) - 1);
    p += sizeof(CHECK_MEMBER) - 1;
    memcpy(p, text + head, len - head);
    p += len - head;

    ck_assert_int_eq(canvas_msg_scan(other, (size_t) (p - other), &expected),
                     CANVAS_SCAN_NONE);

    code = scan == CANVAS_SCAN_PLACE
           ? canvas_msg_parse(other, (size_t) (p - other), &expected)
           : canvas_msg_parse_pixel(other, (size_t) (p - other), &expected);

    ck_assert_msg(code == CANVAS_CODE_OK, "%.*s", (int) len, text);
    ck_assert_int_eq(msg.type, expected.type);
    ck_assert_int_eq(msg.x, expected.x);
    ck_assert_int_eq(msg.y, expected.y);
    ck_assert_int_eq(msg.color, expected.color);
    ck_assert_uint_eq(msg.id_len, expected.id_len);
    ck_assert_mem_eq(msg.id, expected.id, expected.id_len);
    ck_assert_ptr_null(msg.token);

    free(other);
}


START_TEST(scan_forms)
{
    size_t         i;
    canvas_msg_t   msg;

    static const struct {
        const char     *text;
        canvas_scan_t   scan;
    } cases[] = {
        { "{\"x\":1,\"y\":2,\"color\":3}", CANVAS_SCAN_PIXEL },
        { " { \"color\" :\t3 ,\r\n\"y\":2, \"x\":1 } \n", CANVAS_SCAN_PIXEL },
        { "{\"x\":0,\"y\":65535,\"color\":255}", CANVAS_SCAN_PIXEL },
        { "{\"type\":\"place\",\"x\":1,\"y\":2,\"color\":3}",
          CANVAS_SCAN_PLACE },
        { "{\"type\":\"place_pixel\",\"x\":1,\"y\":2,\"color\":3,\"id\":12}",
          CANVAS_SCAN_PLACE },
        { "{\"id\":\"a/b\",\"type\":\"place\",\"x\":1,\"y\":2,\"color\":3}",
          CANVAS_SCAN_PLACE },

        { "{\"x\":1,\"y\":2,\"color\":3,\"id\":4}", CANVAS_SCAN_NONE },
        { "{\"type\":\"ping\",\"x\":1,\"y\":2,\"color\":3}",
          CANVAS_SCAN_NONE },
        { "{\"x\":1,\"y\":2}", CANVAS_SCAN_NONE },
        { "{\"x\":1,\"x\":1,\"y\":2,\"color\":3}", CANVAS_SCAN_NONE },
        { "{\"x\":1,\"y\":2,\"color\":256}", CANVAS_SCAN_NONE },
        { "{\"x\":01,\"y\":2,\"color\":3}", CANVAS_SCAN_NONE },
        { "{\"x\":1.0,\"y\":2,\"color\":3}", CANVAS_SCAN_NONE },
        { "{\"x\":1e1,\"y\":2,\"color\":3}", CANVAS_SCAN_NONE },
        { "{\"x\":-0,\"y\":2,\"color\":3}", CANVAS_SCAN_NONE },
        { "{\"x\":1,\"y\":2,\"color\":3,}", CANVAS_SCAN_NONE },
        { "{,\"x\":1,\"y\":2,\"color\":3}", CANVAS_SCAN_NONE },
        { "{\"x\":1,\"y\":2,\"color\":3}}", CANVAS_SCAN_NONE },
        { "{\"x\":1,\"y\":2,\"color\":3", CANVAS_SCAN_NONE },
        { "{\"x\":1 \"y\":2,\"color\":3}", CANVAS_SCAN_NONE },
        { "{\"\\u0078\":1,\"y\":2,\"color\":3}", CANVAS_SCAN_NONE },
        { "[]", CANVAS_SCAN_NONE },
        { "{}", CANVAS_SCAN_NONE },
        { "", CANVAS_SCAN_NONE }
    };

    for (i = 0; i < CHECK_N(cases); i++) {
        ck_assert_msg(check_scan(cases[i].text, strlen(cases[i].text), &msg)
                      == cases[i].scan, "%s", cases[i].text);
    }
}
END_TEST


/* every golden message, with every byte of it changed and cut at it */

START_TEST(scan_agrees)
{
    char          copy[256];
    size_t        i, k, n, len, taken;
    json_t       *data, *vector, *text;
    const char   *c;
    canvas_msg_t  msg;

    static const char  bytes[] =
        "0129.eE+-_ \t\n{}[]\",:\\/xytcnu\x01\x7f\x80\xff";

    taken = 0;
    data = check_data("messages.json");

    json_array_foreach(json_object_get(data, "vectors"), i, vector) {
        text = json_object_get(vector, "text");
        len = json_string_length(text);

        if (len > sizeof(copy)) {
            continue;
        }

        taken += check_scan(json_string_value(text), len, &msg)
                 != CANVAS_SCAN_NONE;

        for (k = 0; k < len; k++) {
            memcpy(copy, json_string_value(text), len);

            for (c = bytes, n = sizeof(bytes); n--; c++) {
                copy[k] = *c;
                check_agree(copy, len);
            }

            check_agree(copy, k);
        }
    }

    ck_assert_uint_ge(taken, 8);
    json_decref(data);
}
END_TEST


Suite *
check_proto_scan(void)
{
    const TTest *const  tests[] = { scan_forms, scan_agrees };

    return check_suite("proto_scan", tests, CHECK_N(tests));
}
