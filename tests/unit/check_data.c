/*
 * check_data: golden vectors, and small things that all suites need.
 */

#include "check_canvas.h"

#include <stdio.h>

/* the exhaustive tests take seconds under sanitizers */
#define CHECK_TIMEOUT  120


Suite *
check_suite(const char *name, const TTest *const *tests, size_t n)
{
    size_t   i;
    Suite   *suite;
    TCase   *tcase;

    suite = suite_create(name);
    tcase = tcase_create(name);
    tcase_set_timeout(tcase, CHECK_TIMEOUT);

    for (i = 0; i < n; i++) {
        tcase_add_test(tcase, tests[i]);
    }

    suite_add_tcase(suite, tcase);

    return suite;
}


json_t *
check_data(const char *name)
{
    char           path[4096];
    json_t        *data;
    json_error_t   error;

    (void) snprintf(path, sizeof(path), "%s/%s", CHECK_DATA, name);

    data = json_load_file(path, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
                          &error);
    ck_assert_msg(data != NULL, "%s: %s, line %d", path, error.text,
                  error.line);

    return data;
}


const char *
check_data_text(const json_t *vector, const char *name)
{
    const char  *text;

    text = json_string_value(json_object_get(vector, name));
    ck_assert_msg(text != NULL, "a vector has no text \"%s\"", name);

    return text;
}


uint64_t
check_data_number(const json_t *vector, const char *name)
{
    json_t  *number;

    number = json_object_get(vector, name);

    if (json_is_string(number)) {
        return strtoull(json_string_value(number), NULL, 10);
    }

    ck_assert_msg(json_is_integer(number), "a vector has no number \"%s\"",
                  name);

    return (uint64_t) json_integer_value(number);
}


size_t
check_data_hex(const json_t *vector, const char *name, uint8_t *bytes,
    size_t max)
{
    size_t       i, n;
    unsigned     byte;
    const char  *hex;

    hex = check_data_text(vector, name);
    n = strlen(hex) / 2;
    ck_assert_uint_le(n, max);

    for (i = 0; i < n; i++) {
        ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
        bytes[i] = (uint8_t) byte;
    }

    return n;
}


uint64_t
check_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;

    return *state;
}


uint8_t *
check_copy(const void *data, size_t n)
{
    uint8_t  *copy;

    copy = malloc(n ? n : 1);

    if (copy == NULL) {
        ck_abort_msg("no memory");
    }

    if (n) {
        memcpy(copy, data, n);
    }

    return copy;
}
