/*
 * check_canvas: what the unit tests share.  One check_<name>.c a core source,
 * each with one suite; check_main.c runs them all.
 */

#ifndef CHECK_CANVAS_H_INCLUDED
#define CHECK_CANVAS_H_INCLUDED

#include <check.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_N(a)  (sizeof(a) / sizeof((a)[0]))

Suite *check_status(void);
Suite *check_num(void);
Suite *check_text(void);
Suite *check_palette(void);
Suite *check_grid(void);
Suite *check_id(void);
Suite *check_event(void);
Suite *check_notice(void);
Suite *check_board(void);
Suite *check_stored(void);
Suite *check_sum(void);
Suite *check_mirror(void);
Suite *check_mirror_kill(void);
Suite *check_utf8(void);
Suite *check_inflate(void);
Suite *check_extension(void);
Suite *check_ws(void);
Suite *check_ws_stream(void);
Suite *check_proto(void);
Suite *check_proto_update(void);
Suite *check_proto_parse(void);
Suite *check_proto_scan(void);
Suite *check_png(void);
Suite *check_csv(void);
Suite *check_sort(void);
Suite *check_deflate(void);
Suite *check_tick(void);

/* a suite of one test case */
Suite *check_suite(const char *name, const TTest *const *tests, size_t n);

/* the golden vectors tests/data/<name>; the test fails if they do not load */
json_t *check_data(const char *name);

/* members of a vector; the test fails where they are missing */
const char *check_data_text(const json_t *vector, const char *name);
uint64_t check_data_number(const json_t *vector, const char *name);

/* a member in hex as bytes; returns how many.  max: the room in bytes */
size_t check_data_hex(const json_t *vector, const char *name, uint8_t *bytes,
    size_t max);

/* xorshift: the same numbers in every run; *state is not 0 */
uint64_t check_random(uint64_t *state);

/* a copy in memory of its own of exactly n bytes, for sanitizers */
uint8_t *check_copy(const void *data, size_t n);

#endif /* CHECK_CANVAS_H_INCLUDED */
