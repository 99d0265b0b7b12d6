/*
 * check_status: the table of codes against the contract's list.
 */

#include "check_canvas.h"
#include "canvas_status.h"


static const struct {
    canvas_code_t  code;
    const char    *name;
    unsigned       http;
    uint8_t        binary;
} check_codes[] = {
    { CANVAS_CODE_OK, "OK", 200, 0 },
    { CANVAS_CODE_RATE_LIMITED, "RATE_LIMITED", 429, 1 },
    { CANVAS_CODE_INVALID_COORDS, "INVALID_COORDS", 400, 2 },
    { CANVAS_CODE_INVALID_COLOR, "INVALID_COLOR", 400, 3 },
    { CANVAS_CODE_INVALID_MESSAGE, "INVALID_MESSAGE", 400, 8 },
    { CANVAS_CODE_UNAUTHORIZED, "UNAUTHORIZED", 401, 4 },
    { CANVAS_CODE_BANNED, "BANNED", 403, 5 },
    { CANVAS_CODE_FORBIDDEN, "FORBIDDEN", 403, 0 },
    { CANVAS_CODE_NOT_FOUND, "NOT_FOUND", 404, 0 },
    { CANVAS_CODE_METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", 405, 0 },
    { CANVAS_CODE_CONFLICT, "CONFLICT", 409, 0 },
    { CANVAS_CODE_TOO_LARGE, "TOO_LARGE", 413, 0 },
    { CANVAS_CODE_RULE_VIOLATION, "RULE_VIOLATION", 403, 6 },
    { CANVAS_CODE_UNAVAILABLE, "UNAVAILABLE", 503, 7 },
    { CANVAS_CODE_RESYNC, "RESYNC", 410, 0 },
    { CANVAS_CODE_INTERNAL, "INTERNAL", 500, 0 }
};


START_TEST(status_table)
{
    size_t       i;
    const char  *sentence;

    ck_assert_uint_eq(CHECK_N(check_codes), CANVAS_CODE_MAX);

    for (i = 0; i < CHECK_N(check_codes); i++) {
        ck_assert_str_eq(canvas_code_name(check_codes[i].code),
                         check_codes[i].name);
        ck_assert_uint_eq(canvas_code_http(check_codes[i].code),
                          check_codes[i].http);
        ck_assert_uint_eq(canvas_code_binary(check_codes[i].code),
                          check_codes[i].binary);

        sentence = canvas_code_sentence(check_codes[i].code);
        ck_assert_uint_ge(strlen(sentence), 4);

        /* it is put into JSON as it is */
        ck_assert_ptr_null(strpbrk(sentence, "\"\\\n"));
    }

    ck_assert_str_eq(canvas_code_sentence(CANVAS_CODE_UNAVAILABLE),
                     "Service temporarily unavailable");
}
END_TEST


START_TEST(status_find)
{
    size_t  i, len;

    for (i = 0; i < CHECK_N(check_codes); i++) {
        len = strlen(check_codes[i].name);
        ck_assert_int_eq(canvas_code_find(check_codes[i].name, len),
                         check_codes[i].code);
    }

    ck_assert_int_eq(canvas_code_find("", 0), CANVAS_CODE_INTERNAL);
    ck_assert_int_eq(canvas_code_find("BANNE", 5), CANVAS_CODE_INTERNAL);
    ck_assert_int_eq(canvas_code_find("BANNED", 5), CANVAS_CODE_INTERNAL);
    ck_assert_int_eq(canvas_code_find("banned", 6), CANVAS_CODE_INTERNAL);
    ck_assert_int_eq(canvas_code_find("BANNED ", 7), CANVAS_CODE_INTERNAL);
}
END_TEST


START_TEST(status_unknown_code)
{
    ck_assert_str_eq(canvas_code_name(CANVAS_CODE_MAX), "INTERNAL");
    ck_assert_uint_eq(canvas_code_http((canvas_code_t) 999), 500);
}
END_TEST


Suite *
check_status(void)
{
    const TTest *const  tests[] = {
        status_table, status_find, status_unknown_code
    };

    return check_suite("status", tests, CHECK_N(tests));
}
