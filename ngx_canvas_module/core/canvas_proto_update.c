/*
 * canvas_proto_update: changes of the canvas as every client gets them; the
 * part of canvas_proto that must be fast.  The constant pieces are copied,
 * numbers and UUIDs written in place; nothing is measured first.
 */

#include "canvas_proto.h"
#include "canvas_id.h"
#include "canvas_num.h"
#include "canvas_ws.h"

#include <string.h>


#define CANVAS_PROTO_BINARY_UPDATES  0x01
#define CANVAS_PROTO_BINARY_HEAD     9
#define CANVAS_PROTO_BINARY_RECORD   5

#define CANVAS_UPDATE_X      "{\"type\":\"update\",\"x\":"
#define CANVAS_UPDATE_Y      ",\"y\":"
#define CANVAS_UPDATE_COLOR  ",\"color\":"
#define CANVAS_UPDATE_USER   ",\"userId\":\""
#define CANVAS_UPDATE_SEQ    "\",\"seq\":"
#define CANVAS_UPDATE_NOBODY ",\"userId\":null,\"seq\":"
#define CANVAS_UPDATE_END    "}"

/* without the numbers; the sizeof's count a NUL each, 6 in all */
#define CANVAS_UPDATE_FIXED                                                   \
    (sizeof(CANVAS_UPDATE_X) + sizeof(CANVAS_UPDATE_Y)                        \
     + sizeof(CANVAS_UPDATE_COLOR) + sizeof(CANVAS_UPDATE_USER)               \
     + sizeof(CANVAS_UPDATE_SEQ) + sizeof(CANVAS_UPDATE_END) - 6              \
     + CANVAS_UUID_LEN)

/* x, y and color at their longest */
#define CANVAS_UPDATE_LONGEST                                                 \
    (CANVAS_UPDATE_FIXED + 5 + 5 + 3 + CANVAS_NUM_LEN_MAX)

/* how much shorter an update of nobody is */
#define CANVAS_UPDATE_SHORTER                                                 \
    (sizeof(CANVAS_UPDATE_USER) + CANVAS_UUID_LEN + sizeof(CANVAS_UPDATE_SEQ) \
     - 1 - sizeof(CANVAS_UPDATE_NOBODY))

/* what lets a frame's head be two bytes and its length be filled in last */
#define CANVAS_UPDATE_FRAME_HEAD  2

_Static_assert(CANVAS_UPDATE_LONGEST <= CANVAS_PROTO_UPDATE_MAX
               && CANVAS_UPDATE_LONGEST <= 125, "an update is a short frame");

#define canvas_update_const(p, s)                                             \
    ((char *) memcpy(p, s, sizeof(s) - 1) + sizeof(s) - 1)


static char *canvas_proto_update_write(char *p, const canvas_change_t *change,
    uint64_t seq);
static uint8_t *canvas_proto_update_frame(uint8_t *p,
    const canvas_change_t *change, uint64_t seq);
static uint8_t *canvas_proto_binary_head(uint8_t *p, uint64_t last);
static uint8_t *canvas_proto_binary_record(uint8_t *p,
    const canvas_change_t *change);


size_t
canvas_proto_update(char *buf, const canvas_change_t *change, uint64_t seq)
{
    if (buf == NULL) {
        return CANVAS_UPDATE_FIXED + canvas_num_len(change->x)
               + canvas_num_len(change->y) + canvas_num_len(change->color)
               + canvas_num_len(seq)
               - (change->kind == 's' ? CANVAS_UPDATE_SHORTER : 0);
    }

    return (size_t) (canvas_proto_update_write(buf, change, seq) - buf);
}


size_t
canvas_proto_update_frames(uint8_t *buf, const canvas_change_t *changes,
    size_t n, uint64_t first)
{
    size_t    i;
    uint8_t  *p;

    if (buf == NULL) {
        return n * (CANVAS_UPDATE_FRAME_HEAD + CANVAS_UPDATE_LONGEST);
    }

    p = buf;

    for (i = 0; i < n; i++) {
        p = canvas_proto_update_frame(p, &changes[i], first + i);
    }

    return (size_t) (p - buf);
}


size_t
canvas_proto_update_frames_of(uint8_t *buf, const canvas_change_t *changes,
    const uint16_t *picks, size_t n, uint64_t first)
{
    size_t    i;
    uint8_t  *p;

    if (buf == NULL) {
        return canvas_proto_update_frames(NULL, changes, n, first);
    }

    p = buf;

    for (i = 0; i < n; i++) {
        p = canvas_proto_update_frame(p, &changes[picks[i]],
                                      first + picks[i]);
    }

    return (size_t) (p - buf);
}


size_t
canvas_proto_updates_binary(uint8_t *buf, const canvas_change_t *changes,
    size_t n, uint64_t last)
{
    size_t    i;
    uint8_t  *p;

    if (buf == NULL) {
        return CANVAS_PROTO_BINARY_HEAD + n * CANVAS_PROTO_BINARY_RECORD;
    }

    p = canvas_proto_binary_head(buf, last);

    for (i = 0; i < n; i++) {
        p = canvas_proto_binary_record(p, &changes[i]);
    }

    return (size_t) (p - buf);
}


size_t
canvas_proto_updates_binary_of(uint8_t *buf, const canvas_change_t *changes,
    const uint16_t *picks, size_t n, uint64_t last)
{
    size_t    i;
    uint8_t  *p;

    if (buf == NULL) {
        return canvas_proto_updates_binary(NULL, changes, n, last);
    }

    p = canvas_proto_binary_head(buf, last);

    for (i = 0; i < n; i++) {
        p = canvas_proto_binary_record(p, &changes[picks[i]]);
    }

    return (size_t) (p - buf);
}


static uint8_t *
canvas_proto_update_frame(uint8_t *p, const canvas_change_t *change,
    uint64_t seq)
{
    uint8_t  *text, *end;

    text = p + CANVAS_UPDATE_FRAME_HEAD;
    end = (uint8_t *) canvas_proto_update_write((char *) text, change, seq);

    (void) canvas_ws_head(p, CANVAS_WS_OP_TEXT, (size_t) (end - text));

    return end;
}


static uint8_t *
canvas_proto_binary_head(uint8_t *p, uint64_t last)
{
    unsigned  shift;

    *p++ = CANVAS_PROTO_BINARY_UPDATES;

    for (shift = 64; shift; /* void */) {
        shift -= 8;
        *p++ = (uint8_t) (last >> shift);
    }

    return p;
}


static uint8_t *
canvas_proto_binary_record(uint8_t *p, const canvas_change_t *change)
{
    *p++ = (uint8_t) (change->x >> 8);
    *p++ = (uint8_t) change->x;
    *p++ = (uint8_t) (change->y >> 8);
    *p++ = (uint8_t) change->y;
    *p++ = change->color;

    return p;
}


static char *
canvas_proto_update_write(char *p, const canvas_change_t *change, uint64_t seq)
{
    p = canvas_update_const(p, CANVAS_UPDATE_X);
    p = canvas_num_write(p, change->x);
    p = canvas_update_const(p, CANVAS_UPDATE_Y);
    p = canvas_num_write(p, change->y);
    p = canvas_update_const(p, CANVAS_UPDATE_COLOR);
    p = canvas_num_write(p, change->color);

    if (change->kind == 's') {
        p = canvas_update_const(p, CANVAS_UPDATE_NOBODY);

    } else {
        p = canvas_update_const(p, CANVAS_UPDATE_USER);
        canvas_uuid_format(change->actor, p);
        p += CANVAS_UUID_LEN;
        p = canvas_update_const(p, CANVAS_UPDATE_SEQ);
    }

    p = canvas_num_write(p, seq);

    return canvas_update_const(p, CANVAS_UPDATE_END);
}
