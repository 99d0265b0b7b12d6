/*
 * check_notice: what may be passed on to clients.
 */

#include "check_canvas.h"
#include "canvas_notice.h"


typedef struct {
    const char       *json;
    canvas_status_t   status;
    const char       *type;
    const char       *kind;
} check_notice_t;

static const check_notice_t  check_notices[] = {
    { "{\"type\":\"leaderboard\",\"kind\":\"users\",\"entries\":[]}",
      CANVAS_OK, "leaderboard", "users" },
    { "{\"kind\":\"agents\",\"type\":\"x\"}", CANVAS_OK, "x", "agents" },
    { "{\"type\":\"objective\",\"objective\":\"first\"}",
      CANVAS_OK, "objective", "" },
    { " {\"type\":\"a\", \"kind\":null} ", CANVAS_OK, "a", "" },
    { "{\"type\":\"a\",\"kind\":7}", CANVAS_OK, "a", "" },
    { "{\"type\":\"1234567890123456789012345678901\"}", CANVAS_OK,
      "1234567890123456789012345678901", "" },

    { "{\"type\":\"12345678901234567890123456789012\"}", CANVAS_INVALID,
      NULL, NULL },
    { "{\"type\":\"a\",\"kind\":\"12345678901234567890123456789012\"}",
      CANVAS_INVALID, NULL, NULL },
    { "{\"type\":\"a\",\"type\":\"b\"}", CANVAS_INVALID, NULL, NULL },
    { "{\"type\":\"\"}", CANVAS_INVALID, NULL, NULL },
    { "{\"type\":7}", CANVAS_INVALID, NULL, NULL },
    { "{\"kind\":\"users\"}", CANVAS_INVALID, NULL, NULL },
    { "{}", CANVAS_INVALID, NULL, NULL },
    { "[\"type\"]", CANVAS_INVALID, NULL, NULL },
    { "", CANVAS_INVALID, NULL, NULL },
    { "null", CANVAS_INVALID, NULL, NULL },
    { "{\"type\":\"a\"", CANVAS_INVALID, NULL, NULL },
    { "{\"type\":\"a\"}x", CANVAS_INVALID, NULL, NULL },
    { "{\"type\":\"a\xff\"}", CANVAS_INVALID, NULL, NULL },
    { "{\"type\":\"a\",\"b\":\"\xc3\x28\"}", CANVAS_INVALID, NULL, NULL }
};


START_TEST(check_notice_forms)
{
    size_t            i, len;
    uint8_t          *copy;
    canvas_notice_t   notice;

    for (i = 0; i < CHECK_N(check_notices); i++) {
        len = strlen(check_notices[i].json);
        copy = check_copy(check_notices[i].json, len);

        ck_assert_msg(canvas_notice_parse((char *) copy, len, &notice)
                      == check_notices[i].status, "%s",
                      check_notices[i].json);

        if (check_notices[i].status == CANVAS_OK) {
            ck_assert_str_eq(notice.type, check_notices[i].type);
            ck_assert_str_eq(notice.kind, check_notices[i].kind);
        }

        free(copy);
    }
}
END_TEST


START_TEST(check_notice_size)
{
    char             *json;
    canvas_notice_t   notice;

    json = malloc(CANVAS_NOTICE_MAX + 1);
    ck_assert_ptr_nonnull(json);

    memset(json, ' ', CANVAS_NOTICE_MAX + 1);
    memcpy(json, "{\"type\":\"a\"}", 12);

    ck_assert_int_eq(canvas_notice_parse(json, CANVAS_NOTICE_MAX, &notice),
                     CANVAS_OK);
    ck_assert_int_eq(canvas_notice_parse(json, CANVAS_NOTICE_MAX + 1, &notice),
                     CANVAS_TOO_LARGE);

    free(json);
}
END_TEST


Suite *
check_notice(void)
{
    const TTest *const  tests[] = {
        check_notice_forms,
        check_notice_size
    };

    return check_suite("notice", tests, CHECK_N(tests));
}
