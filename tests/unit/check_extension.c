/*
 * check_extension: offers of permessage-deflate, and what is no offer.
 */

#include "check_canvas.h"
#include "canvas_extension.h"


static canvas_status_t
check_offers(const char *value)
{
    uint8_t          *copy;
    canvas_status_t   status;

    copy = check_copy(value, strlen(value));
    status = canvas_extension_offers((char *) copy, strlen(value));
    free(copy);

    return status;
}


static void
check_all(const char *const *values, size_t n, canvas_status_t status)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        ck_assert_msg(check_offers(values[i]) == status, "\"%s\"", values[i]);
    }
}


#define PMD  "permessage-deflate"


START_TEST(extension_taken)
{
    static const char *const  values[] = {
        PMD,
        " " PMD "\t",
        PMD "; client_max_window_bits",
        PMD ";client_max_window_bits=8",
        PMD "; client_max_window_bits=15",
        PMD "; client_no_context_takeover",
        PMD "; server_max_window_bits=12",
        PMD "; server_max_window_bits=\"15\"",
        PMD "; server_max_window_bits=\"1\\2\"",
        PMD "; server_max_window_bits = 13 ; client_max_window_bits",
        PMD "; server_no_context_takeover, " PMD,
        PMD "; server_max_window_bits=10, " PMD "; server_max_window_bits=12",
        "x-webkit-deflate-frame, " PMD,
        "foo; bar=\"1\"; baz, , " PMD,
        PMD ", foo",
        "," PMD ","
    };

    check_all(values, CHECK_N(values), CANVAS_OK);
}
END_TEST


START_TEST(extension_declined)
{
    static const char *const  values[] = {
        "",
        " ",
        ",",
        "foo",
        "permessage-deflat",
        "permessage-deflate2",
        "Permessage-Deflate",
        PMD "; server_no_context_takeover",
        PMD "; server_no_context_takeover=1",
        PMD "; client_no_context_takeover=1",
        PMD "; client_no_context_takeover; client_no_context_takeover",
        PMD "; server_max_window_bits",
        PMD "; server_max_window_bits=11",
        PMD "; server_max_window_bits=8",
        PMD "; server_max_window_bits=16",
        PMD "; server_max_window_bits=012",
        PMD "; server_max_window_bits=12x",
        PMD "; server_max_window_bits=120000000000000000",
        PMD "; server_max_window_bits=12; server_max_window_bits=12",
        PMD "; client_max_window_bits=7",
        PMD "; client_max_window_bits=16",
        PMD "; client_max_window_bits; client_max_window_bits=10",
        PMD "; foo",
        PMD "; foo=bar",
        "foo; server_max_window_bits=12"
    };

    check_all(values, CHECK_N(values), CANVAS_DONE);
}
END_TEST


START_TEST(extension_malformed)
{
    static const char *const  values[] = {
        ";",
        "=",
        PMD ";",
        PMD "; ",
        PMD "; =1",
        PMD "; a=",
        PMD "; a=\"",
        PMD "; a=\"\"",
        PMD "; a=\"b",
        PMD "; a=\"b c\"",
        PMD "; a=\"b\\",
        PMD "; a=\"b\"c",
        PMD "; a b",
        PMD " foo",
        PMD "/1",
        PMD ", ;",
        "foo; a=\"\\\"\"",
        "\xc3\xa4"
    };

    check_all(values, CHECK_N(values), CANVAS_INVALID);
    ck_assert_int_eq(canvas_extension_offers(PMD "\0", sizeof(PMD)),
                     CANVAS_INVALID);
}
END_TEST


START_TEST(extension_answer)
{
    char  bits[32];

    snprintf(bits, sizeof(bits), "_bits=%d;", CANVAS_EXTENSION_WINDOW);
    ck_assert_ptr_nonnull(strstr(CANVAS_EXTENSION_ANSWER, bits));
    ck_assert_int_eq(check_offers(CANVAS_EXTENSION_ANSWER), CANVAS_OK);
}
END_TEST


Suite *
check_extension(void)
{
    const TTest *const  tests[] = {
        extension_taken, extension_declined, extension_malformed,
        extension_answer
    };

    return check_suite("extension", tests, CHECK_N(tests));
}
