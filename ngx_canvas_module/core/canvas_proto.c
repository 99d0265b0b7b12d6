/*
 * canvas_proto: what the server says to one client.  Updates, which go to
 * all of them, are in canvas_proto_update.c; parsing of what clients say is
 * in canvas_proto_parse.c, of plain placements in canvas_proto_scan.c.
 */

#include "canvas_proto.h"
#include "canvas_id.h"
#include "canvas_text.h"

#include <string.h>


/* binary frames, see the contract */
#define CANVAS_PROTO_BINARY_PLACED  0x11
#define CANVAS_PROTO_BINARY_ERROR   0x1f

/* a longer rule name is cut: a reply has a fixed buffer */
#define CANVAS_PROTO_NAME_MAX       32


static void canvas_proto_id(canvas_text_t *text, const canvas_msg_t *msg);
static void canvas_proto_name(canvas_text_t *text, const char *name,
    size_t len);
static void canvas_proto_canvas_info(canvas_text_t *text,
    const canvas_welcome_t *welcome);
static uint8_t *canvas_proto_u32(uint8_t *p, uint64_t value);
static uint8_t *canvas_proto_u64(uint8_t *p, uint64_t value);


size_t
canvas_proto_placed(char *buf, const canvas_msg_t *msg, uint64_t seq,
    uint64_t cooldown_ms)
{
    canvas_text_t  text = { buf, 0 };

    canvas_text_const(&text, "{\"type\":\"placed\",\"x\":");
    canvas_text_num(&text, (uint64_t) msg->x);
    canvas_text_const(&text, ",\"y\":");
    canvas_text_num(&text, (uint64_t) msg->y);
    canvas_text_const(&text, ",\"color\":");
    canvas_text_num(&text, (uint64_t) msg->color);
    canvas_text_const(&text, ",\"seq\":");
    canvas_text_num(&text, seq);
    canvas_text_const(&text, ",\"cooldown\":");
    canvas_text_seconds(&text, cooldown_ms);
    canvas_proto_id(&text, msg);
    canvas_text_const(&text, "}");

    return text.len;
}


size_t
canvas_proto_placed_binary(uint8_t *buf, const canvas_msg_t *msg,
    uint64_t seq, uint64_t cooldown_ms)
{
    if (buf) {
        *buf++ = CANVAS_PROTO_BINARY_PLACED;
        buf = canvas_proto_u32(buf, msg->binary_id);
        buf = canvas_proto_u64(buf, seq);
        (void) canvas_proto_u32(buf, cooldown_ms);
    }

    return 1 + 4 + 8 + 4;
}


size_t
canvas_proto_error(char *buf, canvas_code_t code, uint64_t remaining_ms,
    const char *rule, const canvas_msg_t *msg)
{
    const char     *name, *sentence;
    canvas_text_t   text = { buf, 0 };

    name = canvas_code_name(code);
    sentence = canvas_code_sentence(code);

    canvas_text_const(&text, "{\"type\":\"error\",\"code\":\"");
    canvas_text_add(&text, name, strlen(name));
    canvas_text_const(&text, "\",\"message\":\"");
    canvas_text_add(&text, sentence, strlen(sentence));
    canvas_text_const(&text, "\"");

    if (remaining_ms) {
        canvas_text_const(&text, ",\"cooldownRemaining\":");
        canvas_text_seconds(&text, remaining_ms);
    }

    if (rule) {
        canvas_text_const(&text, ",\"rule\":");
        canvas_proto_name(&text, rule, strlen(rule));
    }

    if (msg) {
        canvas_proto_id(&text, msg);
    }

    canvas_text_const(&text, "}");

    return text.len;
}


size_t
canvas_proto_error_binary(uint8_t *buf, canvas_code_t code,
    uint64_t remaining_ms, const canvas_msg_t *msg)
{
    uint8_t  binary;

    binary = canvas_code_binary(code);

    if (binary == 0) {
        return 0;
    }

    if (buf) {
        *buf++ = CANVAS_PROTO_BINARY_ERROR;
        buf = canvas_proto_u32(buf, msg ? msg->binary_id : 0);
        *buf++ = binary;
        (void) canvas_proto_u32(buf, remaining_ms);
    }

    return 1 + 4 + 1 + 4;
}


size_t
canvas_proto_resync(char *buf, uint64_t seq, uint64_t epoch)
{
    canvas_text_t  text = { buf, 0 };

    canvas_text_const(&text, "{\"type\":\"resync\",\"seq\":");
    canvas_text_num(&text, seq);
    canvas_text_const(&text, ",\"epoch\":");
    canvas_text_num(&text, epoch);
    canvas_text_const(&text, "}");

    return text.len;
}


size_t
canvas_proto_viewport(char *buf, const canvas_msg_t *msg, uint64_t seq)
{
    canvas_text_t  text = { buf, 0 };

    canvas_text_const(&text, "{\"type\":\"viewport\"");

    if (msg->width) {
        canvas_text_const(&text, ",\"x\":");
        canvas_text_num(&text, (uint64_t) msg->x);
        canvas_text_const(&text, ",\"y\":");
        canvas_text_num(&text, (uint64_t) msg->y);
        canvas_text_const(&text, ",\"width\":");
        canvas_text_num(&text, (uint64_t) msg->width);
        canvas_text_const(&text, ",\"height\":");
        canvas_text_num(&text, (uint64_t) msg->height);
    }

    canvas_text_const(&text, ",\"seq\":");
    canvas_text_num(&text, seq);
    canvas_proto_id(&text, msg);
    canvas_text_const(&text, "}");

    return text.len;
}


size_t
canvas_proto_checksums(char *buf, const canvas_checksums_t *checksums)
{
    size_t         i, n;
    canvas_text_t  text = { buf, 0 };

    canvas_text_const(&text, "{\"type\":\"checksums\",\"seq\":");
    canvas_text_num(&text, checksums->seq);
    canvas_text_const(&text, ",\"epoch\":");
    canvas_text_num(&text, checksums->epoch);
    canvas_text_const(&text, ",\"tile\":");
    canvas_text_num(&text, checksums->tile);
    canvas_text_const(&text, ",\"columns\":");
    canvas_text_num(&text, checksums->columns);
    canvas_text_const(&text, ",\"rows\":");
    canvas_text_num(&text, checksums->rows);
    canvas_text_const(&text, ",\"sums\":[");

    n = checksums->columns * checksums->rows;

    for (i = 0; i < n; i++) {

        if (i) {
            canvas_text_const(&text, ",");
        }

        canvas_text_num(&text, checksums->sums[i]);
    }

    canvas_text_const(&text, "]}");

    return text.len;
}


size_t
canvas_proto_welcome(char *buf, const canvas_welcome_t *welcome)
{
    char           uuid[CANVAS_UUID_LEN];
    canvas_text_t  text = { buf, 0 };

    canvas_text_const(&text, "{\"type\":\"welcome\",\"userId\":");

    if (welcome->user) {
        canvas_uuid_format(welcome->user, uuid);
        canvas_text_const(&text, "\"");
        canvas_text_add(&text, uuid, sizeof(uuid));
        canvas_text_const(&text, "\"");

    } else {
        canvas_text_const(&text, "null");
    }

    canvas_text_const(&text, ",\"cooldown\":");
    canvas_text_seconds(&text, welcome->cooldown_ms);
    canvas_text_const(&text, ",\"cooldownRemaining\":");
    canvas_text_seconds(&text, welcome->remaining_ms);

    canvas_proto_canvas_info(&text, welcome);

    canvas_text_const(&text, ",\"gameMode\":");
    canvas_text_string(&text, welcome->game_mode);
    canvas_text_const(&text, ",");
    text.len += canvas_proto_allegiance(buf ? buf + text.len : NULL,
                                        welcome->faction,
                                        welcome->faction_len, welcome->color);
    canvas_text_const(&text, "}");

    return text.len;
}


size_t
canvas_proto_allegiance(char *buf, const uint8_t *faction, size_t faction_len,
    int color)
{
    canvas_text_t  text = { buf, 0 };

    canvas_text_const(&text, "\"faction\":");

    if (faction_len) {
        canvas_proto_name(&text, (const char *) faction, faction_len);

    } else {
        canvas_text_const(&text, "null");
    }

    canvas_text_const(&text, ",\"color\":");

    if (color >= 0) {
        canvas_text_num(&text, (uint64_t) color);

    } else {
        canvas_text_const(&text, "null");
    }

    return text.len;
}


size_t
canvas_proto_epoch(char *buf, canvas_reason_t reason, uint64_t epoch,
    uint64_t seq, unsigned week, unsigned year, const char *game_mode)
{
    canvas_text_t  text = { buf, 0 };

    switch (reason) {

    case CANVAS_REASON_ROTATE:
        canvas_text_const(&text, "{\"type\":\"week_reset\",\"weekNumber\":");
        canvas_text_num(&text, week);
        canvas_text_const(&text, ",\"year\":");
        canvas_text_num(&text, year);
        canvas_text_const(&text, ",\"gameMode\":");
        canvas_text_string(&text, game_mode);
        break;

    case CANVAS_REASON_INIT:
    case CANVAS_REASON_RESET:
        canvas_text_const(&text, "{\"type\":\"canvas_reset\"");
        break;

    default:
        /* not a fresh canvas, only another epoch of one */
        return canvas_proto_resync(buf, seq, epoch);
    }

    canvas_text_const(&text, ",\"epoch\":");
    canvas_text_num(&text, epoch);
    canvas_text_const(&text, "}");

    return text.len;
}


size_t
canvas_proto_seconds(char *buf, uint64_t ms)
{
    canvas_text_t  text = { buf, 0 };

    canvas_text_seconds(&text, ms);

    return text.len;
}


static void
canvas_proto_id(canvas_text_t *text, const canvas_msg_t *msg)
{
    if (msg->id_len) {
        canvas_text_const(text, ",\"id\":");
        canvas_text_add(text, msg->id, msg->id_len);
    }
}


/* up to the first byte that would need escaping */

static void
canvas_proto_name(canvas_text_t *text, const char *name, size_t len)
{
    size_t  n;

    for (n = 0; n < len && n < CANVAS_PROTO_NAME_MAX; n++) {

        if (name[n] == '\0' || !strchr(CANVAS_PROTO_NAME_CHARS, name[n])) {
            break;
        }
    }

    canvas_text_const(text, "\"");
    canvas_text_add(text, name, n);
    canvas_text_const(text, "\"");
}


static void
canvas_proto_canvas_info(canvas_text_t *text, const canvas_welcome_t *welcome)
{
    canvas_text_const(text, ",\"canvasInfo\":{\"width\":");
    canvas_text_num(text, welcome->width);
    canvas_text_const(text, ",\"height\":");
    canvas_text_num(text, welcome->height);
    canvas_text_const(text, ",\"palette\":");
    canvas_text_add(text, welcome->palette, welcome->palette_len);
    canvas_text_const(text, ",\"background\":");
    canvas_text_num(text, welcome->background);
    canvas_text_const(text, ",\"seq\":");
    canvas_text_num(text, welcome->seq);
    canvas_text_const(text, ",\"epoch\":");
    canvas_text_num(text, welcome->epoch);
    canvas_text_const(text, "}");
}


/* big-endian; milliseconds beyond 49 days are the largest that fit */

static uint8_t *
canvas_proto_u32(uint8_t *p, uint64_t value)
{
    if (value > UINT32_MAX) {
        value = UINT32_MAX;
    }

    *p++ = (uint8_t) (value >> 24);
    *p++ = (uint8_t) (value >> 16);
    *p++ = (uint8_t) (value >> 8);
    *p++ = (uint8_t) value;

    return p;
}


static uint8_t *
canvas_proto_u64(uint8_t *p, uint64_t value)
{
    p = canvas_proto_u32(p, value >> 32);

    return canvas_proto_u32(p, value & UINT32_MAX);
}
