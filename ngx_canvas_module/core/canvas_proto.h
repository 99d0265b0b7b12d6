/*
 * canvas_proto: the messages of /ws, as JSON text (canvas.v1.json) and as
 * binary frames (canvas.v1.bin).  Payloads only; canvas_ws frames them.
 *
 * Encoders write to buf and return the length; with buf == NULL they return
 * the length (or an upper bound where the comment says so) alone.
 */

#ifndef CANVAS_PROTO_H_INCLUDED
#define CANVAS_PROTO_H_INCLUDED

#include "canvas_mirror.h"

typedef enum {
    CANVAS_MSG_PLACE = 0,
    CANVAS_MSG_PING,
    CANVAS_MSG_AUTH,
    CANVAS_MSG_VIEWPORT,
    CANVAS_MSG_SUBSCRIBE,
    CANVAS_MSG_UNSUBSCRIBE,
    CANVAS_MSG_CHECKSUMS
} canvas_msg_type_t;

#define CANVAS_PROTO_ID_MAX     64      /* bytes of an echoed id, as JSON */
#define CANVAS_PROTO_TOKEN_MAX  2048

/* bits of subscribe / unsubscribe */
#define CANVAS_CHANNEL_LEADERBOARD  0x01
#define CANVAS_CHANNEL_SCOREBOARD   0x02

typedef struct {
    canvas_msg_type_t  type;
    int64_t            x;
    int64_t            y;
    int64_t            width;       /* of a viewport; 0: the whole canvas */
    int64_t            height;
    int64_t            color;
    unsigned           channels;
    char               id[CANVAS_PROTO_ID_MAX];   /* JSON number or string */
    size_t             id_len;                    /* 0: none */
    uint32_t           binary_id;
    char              *token;       /* of auth; freed by canvas_msg_free() */
} canvas_msg_t;

/*
 * Parses one text message.  CANVAS_CODE_OK, or the code to answer with:
 * INVALID_MESSAGE (not JSON, no object, unknown type, duplicate keys, too
 * deep, id neither integer nor short string), INVALID_COORDS (x or y missing,
 * no integer, or outside 0..65535), INVALID_COLOR (likewise, 0..255).
 * Whether x, y and color are within this canvas is the caller's check.  id
 * is filled whenever it could be read.  Integral forms only: 1.0 and 1e2
 * are refused.  Unknown fields are ignored.  canvas_msg_free() afterwards,
 * whatever the code.
 */
canvas_code_t canvas_msg_parse(const char *text, size_t len,
    canvas_msg_t *msg);

/* {"x":..,"y":..,"color":..} of POST /api/pixel; the same codes */
canvas_code_t canvas_msg_parse_pixel(const char *text, size_t len,
    canvas_msg_t *msg);

/*
 * The form in which nearly all placements come: x, y, color, and type and id
 * perhaps, once each, nothing else, no escapes.  Where it says so msg is what
 * the parsers above make of the text, which they look for first; NONE says
 * nothing about the text.
 */
typedef enum {
    CANVAS_SCAN_NONE = 0,
    CANVAS_SCAN_PIXEL,                  /* neither type nor id */
    CANVAS_SCAN_PLACE                   /* with type, and id perhaps */
} canvas_scan_t;

canvas_scan_t canvas_msg_scan(const char *text, size_t len,
    canvas_msg_t *msg);

/*
 * {"faction":".."} of POST /api/v1/factions into faction, which holds
 * CANVAS_PROTO_FACTION_MAX + 1 bytes: "" when it is left to the week (no such
 * member, or null).  INVALID_MESSAGE when it is no name of one.
 */
#define CANVAS_PROTO_FACTION_MAX  32

/* of rules and factions */
#define CANVAS_PROTO_NAME_CHARS                                               \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

canvas_code_t canvas_msg_parse_faction(const char *text, size_t len,
    char *faction);

/* one binary message; only 0x10 place exists.  id is the decimal text of
 * binary_id, for answers that have no binary form */
canvas_code_t canvas_msg_parse_binary(const uint8_t *data, size_t len,
    canvas_msg_t *msg);

void canvas_msg_free(canvas_msg_t *msg);

/* JSON text; the longest update is CANVAS_PROTO_UPDATE_MAX bytes */
#define CANVAS_PROTO_UPDATE_MAX  128

size_t canvas_proto_update(char *buf, const canvas_change_t *change,
    uint64_t seq);

/* n updates, each a whole WebSocket text frame with its head; upper bound
 * with buf == NULL.  first is the seq of changes[0] */
size_t canvas_proto_update_frames(uint8_t *buf, const canvas_change_t *changes,
    size_t n, uint64_t first);

/* the same of changes[picks[0]] ... changes[picks[n - 1]], ascending */
size_t canvas_proto_update_frames_of(uint8_t *buf,
    const canvas_change_t *changes, const uint16_t *picks, size_t n,
    uint64_t first);

/* payload of a binary updates message: 9 + 5 * n bytes; last is the seq of
 * the last change */
size_t canvas_proto_updates_binary(uint8_t *buf,
    const canvas_change_t *changes, size_t n, uint64_t last);

/* the same of changes[picks[0]] ... changes[picks[n - 1]] */
size_t canvas_proto_updates_binary_of(uint8_t *buf,
    const canvas_change_t *changes, const uint16_t *picks, size_t n,
    uint64_t last);

#define CANVAS_PROTO_REPLY_MAX  320

size_t canvas_proto_placed(char *buf, const canvas_msg_t *msg, uint64_t seq,
    uint64_t cooldown_ms);
size_t canvas_proto_placed_binary(uint8_t *buf, const canvas_msg_t *msg,
    uint64_t seq, uint64_t cooldown_ms);

/* remaining_ms: left out when 0; rule: may be NULL, a short [A-Za-z_] name */
size_t canvas_proto_error(char *buf, canvas_code_t code,
    uint64_t remaining_ms, const char *rule, const canvas_msg_t *msg);
/* 0 when the code has no binary form: send the text then */
size_t canvas_proto_error_binary(uint8_t *buf, canvas_code_t code,
    uint64_t remaining_ms, const canvas_msg_t *msg);

size_t canvas_proto_resync(char *buf, uint64_t seq, uint64_t epoch);

/* x, y, width and height of msg, without them when width is 0; seq: from
 * there on it is heeded */
size_t canvas_proto_viewport(char *buf, const canvas_msg_t *msg, uint64_t seq);

typedef struct {
    uint64_t                 epoch;
    uint64_t                 seq;
    unsigned                 tile;          /* pixels of a side */
    size_t                   columns;
    size_t                   rows;
    const uint32_t          *sums;          /* row by row */
} canvas_checksums_t;

size_t canvas_proto_checksums(char *buf, const canvas_checksums_t *checksums);

typedef struct {
    const uint8_t           *user;          /* UUID bytes, NULL: null */
    uint64_t                 cooldown_ms;
    uint64_t                 remaining_ms;
    unsigned                 width;
    unsigned                 height;
    const char              *palette;       /* JSON of the palette */
    size_t                   palette_len;
    unsigned                 background;
    uint64_t                 seq;
    uint64_t                 epoch;
    const char              *game_mode;     /* slug */
    const uint8_t           *faction;       /* [A-Za-z0-9_-], of the user */
    size_t                   faction_len;   /* 0: null */
    int                      color;         /* it is locked to; -1: null */
} canvas_welcome_t;

size_t canvas_proto_welcome(char *buf, const canvas_welcome_t *welcome);

/* "faction":...,"color":... as welcome and others have them */
#define CANVAS_PROTO_ALLEGIANCE_MAX  64

size_t canvas_proto_allegiance(char *buf, const uint8_t *faction,
    size_t faction_len, int color);

/* {"type":"week_reset",...}, {"type":"canvas_reset",...} or a resync,
 * whichever fits the reason */
size_t canvas_proto_epoch(char *buf, canvas_reason_t reason, uint64_t epoch,
    uint64_t seq, unsigned week, unsigned year, const char *game_mode);

/* milliseconds as JSON seconds with up to 3 decimals: 3200 -> 3.2 */
size_t canvas_proto_seconds(char *buf, uint64_t ms);

#endif /* CANVAS_PROTO_H_INCLUDED */
