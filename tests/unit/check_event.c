/*
 * check_event: the golden vectors, and publications taken apart.
 */

#include "check_canvas.h"
#include "canvas_event.h"
#include "canvas_id.h"


/* in memory of its own, so that a sanitizer sees a read behind it */

static canvas_status_t
check_event_parse(const void *data, size_t len, canvas_event_t *event)
{
    char             *copy;
    canvas_status_t   status;

    copy = (char *) check_copy(data, len);
    status = canvas_event_parse(copy, len, event);

    /* what points into the input is compared by offset */
    if (status == CANVAS_OK && event->json) {
        event->json = (const char *) data + (event->json - copy);
    }

    free(copy);

    return status;
}


/* a vector's event: text, or bytes in hex; data holds CHECK_EVENT_MAX */

#define CHECK_EVENT_MAX  256

static size_t
check_event_data(const json_t *vector, uint8_t *data)
{
    size_t       len;
    const char  *text;

    if (json_object_get(vector, "bytes")) {
        return check_data_hex(vector, "bytes", data, CHECK_EVENT_MAX);
    }

    text = check_data_text(vector, "text");
    len = strlen(text);
    ck_assert_uint_le(len, CHECK_EVENT_MAX);
    memcpy(data, text, len);

    return len;
}


static void
check_event_pixel(const json_t *vector, const canvas_event_t *event)
{
    char  actor[CANVAS_UUID_LEN];

    canvas_uuid_format(event->actor, actor);

    ck_assert_uint_eq(event->x, check_data_number(vector, "x"));
    ck_assert_uint_eq(event->y, check_data_number(vector, "y"));
    ck_assert_uint_eq(event->color, check_data_number(vector, "color"));
    ck_assert_uint_eq(event->old, check_data_number(vector, "old"));
    ck_assert_int_eq(event->kind, check_data_text(vector, "kind")[0]);
    ck_assert_uint_eq(event->faction, json_object_get(vector, "faction")
                      ? check_data_number(vector, "faction") : 0);
    ck_assert_mem_eq(actor, check_data_text(vector, "actor"), 36);
    ck_assert_int_eq(event->reason, CANVAS_REASON_NONE);
    ck_assert_ptr_null(event->json);
}


static void
check_event_marker(const json_t *vector, const canvas_event_t *event)
{
    const char  *json;

    json = check_data_text(vector, "json");

    ck_assert_str_eq(canvas_reason_name(event->reason),
                     check_data_text(vector, "reason"));
    ck_assert_uint_eq(event->json_len, strlen(json));
    ck_assert_mem_eq(event->json, json, event->json_len);
}


START_TEST(event_vectors)
{
    char             buf[CANVAS_EVENT_PIXEL_LEN];
    size_t           i, len;
    json_t          *data, *list, *vector;
    uint8_t          bytes[CHECK_EVENT_MAX];
    canvas_event_t   event;

    data = check_data("events.json");
    list = json_object_get(data, "events");
    ck_assert_uint_ge(json_array_size(list), 10);

    json_array_foreach(list, i, vector) {
        len = check_event_data(vector, bytes);
        memset(&event, 0xee, sizeof(event));

        ck_assert_msg(check_event_parse(bytes, len, &event) == CANVAS_OK,
                      "refused: %s", check_data_text(vector, "id"));
        ck_assert_int_eq(event.type, check_data_text(vector, "type")[0]);
        ck_assert_uint_eq(event.ms, check_data_number(vector, "ms"));

        /* the id is not the parser's business */
        ck_assert_uint_eq(event.epoch, UINT64_C(0xeeeeeeeeeeeeeeee));

        if (event.type == CANVAS_EVENT_PIXEL) {
            check_event_pixel(vector, &event);
            ck_assert_uint_eq(canvas_event_pixel_format(buf, &event), len);
            ck_assert_mem_eq(buf, bytes, len);

        } else {
            check_event_marker(vector, &event);
        }
    }

    json_decref(data);
}
END_TEST


static void
check_event_refused(const void *data, size_t len, const char *what)
{
    canvas_event_t  event, before;

    memset(&before, 0xee, sizeof(before));
    memcpy(&event, &before, sizeof(event));

    ck_assert_msg(check_event_parse(data, len, &event) == CANVAS_INVALID,
                  "taken: %s", what);
    ck_assert_mem_eq(&event, &before, sizeof(event));
}


START_TEST(event_invalid)
{
    size_t       i, len;
    json_t      *data, *list, *vector;
    uint8_t      bytes[CHECK_EVENT_MAX];
    const char  *text;

    data = check_data("events.json");
    list = json_object_get(data, "invalid");
    ck_assert_uint_ge(json_array_size(list), 24);

    json_array_foreach(list, i, vector) {
        text = json_string_value(vector);
        check_event_refused(text, strlen(text), text);
    }

    list = json_object_get(data, "invalid_bytes");
    ck_assert_uint_ge(json_array_size(list), 13);

    json_array_foreach(list, i, vector) {
        len = check_data_hex(vector, "bytes", bytes, sizeof(bytes));
        check_event_refused(bytes, len, check_data_text(vector, "bytes"));
    }

    json_decref(data);
}
END_TEST


/* no prefix of a pixel is an event */

START_TEST(event_cut)
{
    char             buf[CANVAS_EVENT_PIXEL_LEN];
    size_t           len;
    canvas_event_t   event = { .type = CANVAS_EVENT_PIXEL, .kind = 'u' };

    ck_assert_uint_eq(canvas_event_pixel_format(buf, &event), sizeof(buf));
    ck_assert_int_eq(check_event_parse(buf, sizeof(buf), &event), CANVAS_OK);

    for (len = 0; len < sizeof(buf); len++) {
        check_event_refused(buf, len, "a prefix");
    }
}
END_TEST


START_TEST(event_marker_spaces)
{
    canvas_event_t  event;

    ck_assert_int_eq(check_event_parse("m,reset,1, \t{\"a\": 1} ", 20,
                                       &event), CANVAS_OK);
    ck_assert_uint_eq(event.json_len, 8);
    ck_assert_mem_eq(event.json, "{\"a\": 1}", 8);
    ck_assert_int_eq(check_event_parse("m,reset,1,  ", 12, &event),
                     CANVAS_INVALID);
}
END_TEST


START_TEST(event_ids)
{
    char         buf[44];
    size_t       i, len;
    json_t      *data, *list, *vector;
    uint64_t     epoch, seq;
    const char  *text;

    data = check_data("events.json");
    list = json_object_get(data, "ids");
    ck_assert_uint_ge(json_array_size(list), 4);

    json_array_foreach(list, i, vector) {
        text = check_data_text(vector, "text");
        ck_assert_int_eq(canvas_event_id_parse(text, strlen(text), &epoch,
                                               &seq), CANVAS_OK);
        ck_assert_uint_eq(epoch, check_data_number(vector, "epoch"));
        ck_assert_uint_eq(seq, check_data_number(vector, "seq"));

        memset(buf, '#', sizeof(buf));
        len = canvas_event_id_format(buf, epoch, seq);
        ck_assert_uint_eq(len, strlen(text));
        ck_assert_str_eq(buf, text);
    }

    list = json_object_get(data, "invalid_ids");
    ck_assert_uint_ge(json_array_size(list), 15);

    json_array_foreach(list, i, vector) {
        text = json_string_value(vector);
        epoch = 5;
        seq = 6;
        ck_assert_msg(canvas_event_id_parse(text, strlen(text), &epoch, &seq)
                      == CANVAS_INVALID, "taken: %s", text);
        ck_assert_uint_eq(epoch, 5);
        ck_assert_uint_eq(seq, 6);
    }

    /* the longest that can be written */
    len = canvas_event_id_format(buf, UINT64_MAX, UINT64_MAX);
    ck_assert_uint_lt(len, sizeof(buf));
    ck_assert_uint_eq(strlen(buf), len);

    json_decref(data);
}
END_TEST


/* one line of a publication, in memory of its own; *copy is to be freed */

static canvas_status_t
check_event_line(const char *line, char **copy, canvas_event_t *event)
{
    size_t            len;
    const char       *p;
    canvas_status_t   status;

    len = strlen(line);
    *copy = (char *) check_copy(line, len);
    p = *copy;

    memset(event, 0xee, sizeof(canvas_event_t));
    status = canvas_event_next(&p, &len, event);

    ck_assert_uint_eq(len, 0);
    ck_assert_ptr_eq(p, *copy + strlen(line));

    return status;
}


START_TEST(event_notices)
{
    char            *copy;
    size_t           i;
    json_t          *data, *list, *vector;
    const char      *text, *json;
    canvas_event_t   event;

    data = check_data("events.json");
    list = json_object_get(data, "notices");
    ck_assert_uint_ge(json_array_size(list), 3);

    json_array_foreach(list, i, vector) {
        text = check_data_text(vector, "text");
        json = check_data_text(vector, "json");

        ck_assert_msg(check_event_line(text, &copy, &event) == CANVAS_OK,
                      "refused: %s", text);
        ck_assert_int_eq(event.type, CANVAS_EVENT_NOTICE);
        ck_assert_int_eq(event.audience,
                         check_data_text(vector, "audience")[0]);
        ck_assert_uint_eq(event.json_len, strlen(json));
        ck_assert_mem_eq(event.json, json, event.json_len);
        free(copy);
    }

    list = json_object_get(data, "invalid_notices");
    ck_assert_uint_ge(json_array_size(list), 11);

    json_array_foreach(list, i, vector) {
        text = json_string_value(vector);

        ck_assert_msg(check_event_line(text, &copy, &event)
                      == CANVAS_INVALID, "taken: %s", text);
        free(copy);
    }

    json_decref(data);
}
END_TEST


/* a pixel with all the bytes that end something in text */

#define CHECK_EVENT_PIXEL                                                     \
    "p\n\n  \nru" "\n \nr4-9 p\n\0\0\0\0\0\0" "\0\0\0\0\0\0\n "


START_TEST(event_publication)
{
    size_t           i, len;
    char            *copy;
    const char      *p;
    canvas_event_t   event;

    static const char  text[] =
        "4-7 " CHECK_EVENT_PIXEL "\n"
        "r\n"
        "nl{\"4-7 p\":1}\n"
        "n{}\n"
        "broken\n"
        "4-x " CHECK_EVENT_PIXEL "\n"
        "\n"
        "4-8\n"
        "4-8 \n"
        "4-8 p\n"
        "4-8 " CHECK_EVENT_PIXEL "more\n"
        "5-8 m,reset,9,{}\n"
        "6-9 " CHECK_EVENT_PIXEL "\n"
        "6-10 " CHECK_EVENT_PIXEL;

    static const canvas_status_t  expected[] = {
        CANVAS_OK, CANVAS_OK, CANVAS_OK, CANVAS_INVALID, CANVAS_INVALID,
        CANVAS_INVALID, CANVAS_INVALID, CANVAS_INVALID, CANVAS_INVALID,
        CANVAS_INVALID, CANVAS_INVALID, CANVAS_OK, CANVAS_OK, CANVAS_OK
    };

    ck_assert_uint_eq(sizeof(CHECK_EVENT_PIXEL) - 1, CANVAS_EVENT_PIXEL_LEN);

    len = sizeof(text) - 1;
    copy = (char *) check_copy(text, len);
    p = copy;

    for (i = 0; i < CHECK_N(expected); i++) {
        ck_assert_int_eq(canvas_event_next(&p, &len, &event), expected[i]);

        if (i == 0 || i >= 12) {
            ck_assert_int_eq(event.type, CANVAS_EVENT_PIXEL);
            ck_assert_uint_eq(event.epoch, i ? 6 : 4);
            ck_assert_uint_eq(event.seq, i ? i - 3 : 7);
            ck_assert_uint_eq(event.x, 0x0a0a);
            ck_assert_uint_eq(event.old, 'r');
            ck_assert_uint_eq(event.ms, 0x0a20);

        } else if (i == 1) {
            ck_assert_int_eq(event.type, CANVAS_EVENT_RULES);

        } else if (i == 2) {
            ck_assert_int_eq(event.type, CANVAS_EVENT_NOTICE);
            ck_assert_int_eq(event.audience, CANVAS_AUDIENCE_LEADERBOARD);
            ck_assert_uint_eq(event.json_len, 11);

        } else if (i == 11) {
            ck_assert_int_eq(event.type, CANVAS_EVENT_MARKER);
            ck_assert_int_eq(event.reason, CANVAS_REASON_RESET);
            ck_assert_uint_eq(event.epoch, 5);
            ck_assert_uint_eq(event.seq, 8);
            ck_assert_uint_eq(event.json_len, 2);
        }
    }

    ck_assert_int_eq(canvas_event_next(&p, &len, &event), CANVAS_DONE);
    ck_assert_uint_eq(len, 0);
    ck_assert_ptr_eq(p, copy + sizeof(text) - 1);

    free(copy);
}
END_TEST


START_TEST(event_reasons)
{
    unsigned     i;
    const char  *name;

    static const char *const  names[] = {
        "", "init", "rotate", "reset", "restart", "restore"
    };

    for (i = 0; i < CHECK_N(names); i++) {
        name = canvas_reason_name((canvas_reason_t) i);
        ck_assert_str_eq(name, names[i]);
        ck_assert_int_eq(canvas_reason_find(name, strlen(name)), i);
    }

    ck_assert_str_eq(canvas_reason_name((canvas_reason_t) 99), "");
    ck_assert_int_eq(canvas_reason_find("initx", 5), CANVAS_REASON_NONE);
    ck_assert_int_eq(canvas_reason_find("init", 3), CANVAS_REASON_NONE);
}
END_TEST


Suite *
check_event(void)
{
    const TTest *const  tests[] = {
        event_vectors, event_invalid, event_cut, event_marker_spaces,
        event_ids, event_notices, event_publication, event_reasons
    };

    return check_suite("event", tests, CHECK_N(tests));
}
