/*
 * check_event: the golden vectors, and publications taken apart line by line.
 */

#include "check_canvas.h"
#include "canvas_event.h"
#include "canvas_id.h"


/* text in memory of its own, so that a sanitizer sees a read behind it */

static canvas_status_t
check_event_parse(const char *text, canvas_event_t *event)
{
    size_t            len;
    char             *copy;
    canvas_status_t   status;

    len = strlen(text);
    copy = (char *) check_copy(text, len);
    status = canvas_event_parse(copy, len, event);

    /* what points into the input is compared by offset */
    if (status == CANVAS_OK && event->json) {
        event->json = text + (event->json - copy);
    }

    free(copy);

    return status;
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
    size_t           i;
    json_t          *data, *list, *vector;
    const char      *text;
    canvas_event_t   event;

    data = check_data("events.json");
    list = json_object_get(data, "events");
    ck_assert_uint_ge(json_array_size(list), 9);

    json_array_foreach(list, i, vector) {
        text = check_data_text(vector, "text");
        memset(&event, 0xee, sizeof(event));

        ck_assert_msg(check_event_parse(text, &event) == CANVAS_OK,
                      "refused: %s", text);
        ck_assert_int_eq(event.type, check_data_text(vector, "type")[0]);
        ck_assert_uint_eq(event.ms, check_data_number(vector, "ms"));

        /* the id is not the parser's business */
        ck_assert_uint_eq(event.epoch, UINT64_C(0xeeeeeeeeeeeeeeee));

        if (event.type == CANVAS_EVENT_PIXEL) {
            check_event_pixel(vector, &event);

        } else {
            check_event_marker(vector, &event);
        }
    }

    json_decref(data);
}
END_TEST


START_TEST(event_invalid)
{
    size_t           i;
    json_t          *data, *list, *text;
    canvas_event_t   event, before;

    data = check_data("events.json");
    list = json_object_get(data, "invalid");
    ck_assert_uint_ge(json_array_size(list), 40);

    memset(&before, 0xee, sizeof(before));

    json_array_foreach(list, i, text) {
        memcpy(&event, &before, sizeof(event));
        ck_assert_msg(check_event_parse(json_string_value(text), &event)
                      == CANVAS_INVALID, "taken: %s", json_string_value(text));
        ck_assert_mem_eq(&event, &before, sizeof(event));
    }

    json_decref(data);
}
END_TEST


/* no prefix of an event is one; a NUL ends nothing */

START_TEST(event_cut)
{
    size_t           i, len;
    char            *copy;
    canvas_event_t   event;

    static const char  text[] =
        "p,1,2,3,4,u,0b5c2d34-9f1e-4a7b-8c6d-0123456789ab,5";

    for (len = 0; len < sizeof(text) - 1; len++) {
        copy = (char *) check_copy(text, len);
        ck_assert_int_eq(canvas_event_parse(copy, len, &event),
                         CANVAS_INVALID);
        free(copy);
    }

    for (i = 0; i < sizeof(text) - 1; i++) {
        copy = (char *) check_copy(text, sizeof(text) - 1);
        copy[i] = '\0';
        ck_assert_int_eq(canvas_event_parse(copy, sizeof(text) - 1, &event),
                         CANVAS_INVALID);
        free(copy);
    }
}
END_TEST


START_TEST(event_marker_spaces)
{
    canvas_event_t  event;

    ck_assert_int_eq(check_event_parse("m,reset,1, \t{\"a\": 1} ", &event),
                     CANVAS_OK);
    ck_assert_uint_eq(event.json_len, 8);
    ck_assert_mem_eq(event.json, "{\"a\": 1}", 8);
    ck_assert_int_eq(check_event_parse("m,reset,1,  ", &event),
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


START_TEST(event_publication)
{
    size_t           len;
    const char      *p;
    canvas_event_t   event;

    static const char  text[] =
        "4-7 p,1,2,3,4,u,0b5c2d34-9f1e-4a7b-8c6d-0123456789ab,5\n"
        "r\n"
        "broken\n"
        "4-x p,1,2,3,4,u,0b5c2d34-9f1e-4a7b-8c6d-0123456789ab,5\n"
        "\n"
        "4-8\n"
        "4-8 \n"
        "5-8 m,reset,9,{}\n"
        "6-8 p,9,2,3,4,a,0b5c2d34-9f1e-4a7b-8c6d-0123456789ab,5";

    p = text;
    len = sizeof(text) - 1;

    ck_assert_int_eq(canvas_event_next(&p, &len, &event), CANVAS_OK);
    ck_assert_int_eq(event.type, CANVAS_EVENT_PIXEL);
    ck_assert_uint_eq(event.epoch, 4);
    ck_assert_uint_eq(event.seq, 7);
    ck_assert_uint_eq(event.x, 1);

    ck_assert_int_eq(canvas_event_next(&p, &len, &event), CANVAS_OK);
    ck_assert_int_eq(event.type, CANVAS_EVENT_RULES);

    ck_assert_int_eq(canvas_event_next(&p, &len, &event), CANVAS_INVALID);
    ck_assert_int_eq(canvas_event_next(&p, &len, &event), CANVAS_INVALID);
    ck_assert_int_eq(canvas_event_next(&p, &len, &event), CANVAS_INVALID);
    ck_assert_int_eq(canvas_event_next(&p, &len, &event), CANVAS_INVALID);
    ck_assert_int_eq(canvas_event_next(&p, &len, &event), CANVAS_INVALID);

    ck_assert_int_eq(canvas_event_next(&p, &len, &event), CANVAS_OK);
    ck_assert_int_eq(event.type, CANVAS_EVENT_MARKER);
    ck_assert_int_eq(event.reason, CANVAS_REASON_RESET);
    ck_assert_uint_eq(event.epoch, 5);
    ck_assert_uint_eq(event.seq, 8);
    ck_assert_uint_eq(event.json_len, 2);

    ck_assert_int_eq(canvas_event_next(&p, &len, &event), CANVAS_OK);
    ck_assert_int_eq(event.kind, 'a');
    ck_assert_uint_eq(event.x, 9);

    ck_assert_int_eq(canvas_event_next(&p, &len, &event), CANVAS_DONE);
    ck_assert_uint_eq(len, 0);
    ck_assert_ptr_eq(p, text + sizeof(text) - 1);
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
        event_ids, event_publication, event_reasons
    };

    return check_suite("event", tests, CHECK_N(tests));
}
