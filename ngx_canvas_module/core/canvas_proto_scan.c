/*
 * canvas_proto_scan: placements as clients write them, without a tree of the
 * JSON.  What is not of that form is no error here.
 */

#include "canvas_proto.h"
#include "canvas_num.h"

#include <string.h>


#define CANVAS_SCAN_HAS_X      0x01
#define CANVAS_SCAN_HAS_Y      0x02
#define CANVAS_SCAN_HAS_COLOR  0x04
#define CANVAS_SCAN_HAS_PIXEL  0x07
#define CANVAS_SCAN_HAS_TYPE   0x08
#define CANVAS_SCAN_HAS_ID     0x10

typedef struct {
    const char  *p;
    size_t       len;
} canvas_scan_string_t;


static const char *canvas_scan_member(const char *p, const char *last,
    canvas_msg_t *msg, unsigned *seen);
static const char *canvas_scan_number(const char *p, const char *last,
    uint64_t max, int64_t *value);
static const char *canvas_scan_type(const char *p, const char *last);
static const char *canvas_scan_id(const char *p, const char *last,
    canvas_msg_t *msg);
static const char *canvas_scan_string(const char *p, const char *last,
    canvas_scan_string_t *string);
static int canvas_scan_is(const canvas_scan_string_t *string,
    const char *name);
static const char *canvas_scan_byte(const char *p, const char *last, char c);
static const char *canvas_scan_space(const char *p, const char *last);


canvas_scan_t
canvas_msg_scan(const char *text, size_t len, canvas_msg_t *msg)
{
    unsigned     seen;
    const char  *p, *next, *last;

    seen = 0;
    last = text + len;

    memset(msg, 0, sizeof(canvas_msg_t));
    msg->type = CANVAS_MSG_PLACE;

    next = canvas_scan_byte(text, last, '{');

    do {
        p = next ? canvas_scan_member(next, last, msg, &seen) : NULL;

        if (p == NULL) {
            return CANVAS_SCAN_NONE;
        }

        next = canvas_scan_byte(p, last, ',');

    } while (next);

    p = canvas_scan_byte(p, last, '}');

    if (p == NULL || canvas_scan_space(p, last) != last
        || (seen & CANVAS_SCAN_HAS_PIXEL) != CANVAS_SCAN_HAS_PIXEL)
    {
        return CANVAS_SCAN_NONE;
    }

    if (seen == CANVAS_SCAN_HAS_PIXEL) {
        return CANVAS_SCAN_PIXEL;
    }

    return seen & CANVAS_SCAN_HAS_TYPE ? CANVAS_SCAN_PLACE : CANVAS_SCAN_NONE;
}


/* "name": value; NULL: a member that comes twice, or not one of these */

static const char *
canvas_scan_member(const char *p, const char *last, canvas_msg_t *msg,
    unsigned *seen)
{
    unsigned              bit;
    canvas_scan_string_t  name;

    p = canvas_scan_string(p, last, &name);

    if (p) {
        p = canvas_scan_byte(p, last, ':');
    }

    if (p == NULL) {
        return NULL;
    }

    p = canvas_scan_space(p, last);

    if (canvas_scan_is(&name, "x")) {
        bit = CANVAS_SCAN_HAS_X;
        p = canvas_scan_number(p, last, UINT16_MAX, &msg->x);

    } else if (canvas_scan_is(&name, "y")) {
        bit = CANVAS_SCAN_HAS_Y;
        p = canvas_scan_number(p, last, UINT16_MAX, &msg->y);

    } else if (canvas_scan_is(&name, "color")) {
        bit = CANVAS_SCAN_HAS_COLOR;
        p = canvas_scan_number(p, last, UINT8_MAX, &msg->color);

    } else if (canvas_scan_is(&name, "type")) {
        bit = CANVAS_SCAN_HAS_TYPE;
        p = canvas_scan_type(p, last);

    } else if (canvas_scan_is(&name, "id")) {
        bit = CANVAS_SCAN_HAS_ID;
        p = canvas_scan_id(p, last, msg);

    } else {
        return NULL;
    }

    if (*seen & bit) {
        return NULL;
    }

    *seen |= bit;

    return p;
}


/* 1.0 and 1e2 end at a byte that no member is followed by */

static const char *
canvas_scan_number(const char *p, const char *last, uint64_t max,
    int64_t *value)
{
    uint64_t  number;

    p = canvas_num_read(p, last, max, &number);

    if (p) {
        *value = (int64_t) number;
    }

    return p;
}


static const char *
canvas_scan_type(const char *p, const char *last)
{
    canvas_scan_string_t  type;

    p = canvas_scan_string(p, last, &type);

    return p && (canvas_scan_is(&type, "place")
                 || canvas_scan_is(&type, "place_pixel")) ? p : NULL;
}


static const char *
canvas_scan_id(const char *p, const char *last, canvas_msg_t *msg)
{
    const char            *end;
    uint64_t               number;
    canvas_scan_string_t   string;

    end = canvas_num_read(p, last, CANVAS_NUM_SAFE_MAX, &number);

    if (end == NULL) {
        end = canvas_scan_string(p, last, &string);
    }

    if (end == NULL || end - p > CANVAS_PROTO_ID_MAX) {
        return NULL;
    }

    msg->id_len = (size_t) (end - p);
    memcpy(msg->id, p, msg->id_len);

    return end;
}


/* printable ASCII without escapes, which is its own encoding */

static const char *
canvas_scan_string(const char *p, const char *last,
    canvas_scan_string_t *string)
{
    p = canvas_scan_space(p, last);

    if (p == last || *p != '"') {
        return NULL;
    }

    string->p = ++p;

    while (p < last && *p != '"') {

        if (*p < ' ' || *p > '~' || *p == '\\') {
            return NULL;
        }

        p++;
    }

    if (p == last) {
        return NULL;
    }

    string->len = (size_t) (p - string->p);

    return p + 1;
}


static int
canvas_scan_is(const canvas_scan_string_t *string, const char *name)
{
    return strlen(name) == string->len
           && memcmp(string->p, name, string->len) == 0;
}


static const char *
canvas_scan_byte(const char *p, const char *last, char c)
{
    p = canvas_scan_space(p, last);

    return p < last && *p == c ? p + 1 : NULL;
}


static const char *
canvas_scan_space(const char *p, const char *last)
{
    while (p < last && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
    {
        p++;
    }

    return p;
}
