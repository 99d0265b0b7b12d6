/*
 * canvas_event: one entry of the log, as the Function library writes it into
 * the stream (field "e") and into publications.  Big-endian, told by the first
 * byte:
 *
 *   pixel, 32 bytes: a pixel was placed
 *     0  'p'
 *     1  u16 x
 *     3  u16 y
 *     5  u8  color
 *     6  u8  old color
 *     7  u8  kind: 'u' user, 'g' guest, 'a' agent; 's' system: nobody placed
 *            it, it came from a rule of the week
 *     8      actor: UUID, 16 bytes; zeros of kind 's'
 *    24  u8  faction of the actor: 0 none, else its place in the week's list
 *            of factions, the first is 1; 0 of kind 's'
 *    25  u56 ms: Unix time of Redis, below 2^53
 *
 *   marker, text: an epoch begins
 *     m,<reason>,<ms>,<json>
 *     reason: init, rotate, reset, restart, restore.  json: object of the rest.
 *
 * Its place in the log is the stream id "<epoch>-<seq>".  A marker's seq is
 * the last seq before the epoch: the first change has seq + 1.  A publication
 * is one or more "<epoch>-<seq> <event>", joined by '\n'.  Instead of one there
 * may be a line
 *
 *   r                  the rules hash changed
 *   n<audience>{json}  a notice: text for clients, who get it as it is.
 *                      audience: '*' all, 'l' subscribers of the leaderboard,
 *                      's' of the scoreboard
 */

#ifndef CANVAS_EVENT_H_INCLUDED
#define CANVAS_EVENT_H_INCLUDED

#include "canvas_status.h"

#define CANVAS_EVENT_PIXEL_LEN  32

typedef enum {
    CANVAS_EVENT_PIXEL = 'p',
    CANVAS_EVENT_MARKER = 'm',
    CANVAS_EVENT_RULES = 'r',
    CANVAS_EVENT_NOTICE = 'n'
} canvas_event_type_t;

typedef enum {
    CANVAS_AUDIENCE_ALL = '*',
    CANVAS_AUDIENCE_LEADERBOARD = 'l',
    CANVAS_AUDIENCE_SCOREBOARD = 's'
} canvas_audience_t;

typedef enum {
    CANVAS_REASON_NONE = 0,
    CANVAS_REASON_INIT,
    CANVAS_REASON_ROTATE,
    CANVAS_REASON_RESET,
    CANVAS_REASON_RESTART,
    CANVAS_REASON_RESTORE
} canvas_reason_t;

typedef struct {
    canvas_event_type_t  type;
    uint64_t             epoch;
    uint64_t             seq;
    uint64_t             ms;
    uint16_t             x;
    uint16_t             y;
    uint8_t              color;
    uint8_t              old;
    char                 kind;          /* 'u', 'g', 'a', 's' */
    uint8_t              actor[16];
    uint8_t              faction;       /* 0: none */
    canvas_reason_t      reason;        /* of a marker */
    canvas_audience_t    audience;      /* of a notice */
    const char          *json;          /* of a marker or a notice; points
                                           into input */
    size_t               json_len;
} canvas_event_t;

/* "<epoch>-<seq>"; CANVAS_INVALID if malformed or above 2^53 - 1 */
canvas_status_t canvas_event_id_parse(const char *text, size_t len,
    uint64_t *epoch, uint64_t *seq);

/* writes "<epoch>-<seq>" and a NUL into buf (44 bytes); returns the length */
size_t canvas_event_id_format(char *buf, uint64_t epoch, uint64_t seq);

/* the event alone; epoch and seq are left alone */
canvas_status_t canvas_event_parse(const char *text, size_t len,
    canvas_event_t *event);

/* writes the event of a pixel; returns CANVAS_EVENT_PIXEL_LEN */
size_t canvas_event_pixel_format(char *buf, const canvas_event_t *event);

/*
 * takes the next event off a publication: *text and *len advance past it.
 * CANVAS_DONE at the end, CANVAS_INVALID for a malformed one (skipped).
 */
canvas_status_t canvas_event_next(const char **text, size_t *len,
    canvas_event_t *event);

const char *canvas_reason_name(canvas_reason_t reason);
canvas_reason_t canvas_reason_find(const char *name, size_t len);

#endif /* CANVAS_EVENT_H_INCLUDED */
