/*
 * canvas_ws: see the header.  Bytes are taken in two states, the head of a
 * frame and its payload; each check is made at the first byte that allows it,
 * and the length limit before any memory is asked for.
 */

#include "canvas_ws.h"

#include <stdlib.h>
#include <string.h>


/* first head byte: FIN, RSV1-3, opcode; second: MASK, length */
#define CANVAS_WS_FIN       0x80
#define CANVAS_WS_RSV       0x70
#define CANVAS_WS_OPCODE    0x0f
#define CANVAS_WS_CONTROL   0x08
#define CANVAS_WS_MASK      0x80
#define CANVAS_WS_LEN       0x7f

#define CANVAS_WS_LEN16     126
#define CANVAS_WS_LEN64     127

#define CANVAS_WS_SIZE_MIN  128


static unsigned canvas_ws_feed_head(canvas_ws_t *ws, const uint8_t **pos,
    const uint8_t *last);
static unsigned canvas_ws_check_start(const canvas_ws_t *ws);
static int canvas_ws_may_compress(const canvas_ws_t *ws, unsigned first);
static size_t canvas_ws_head_need(const canvas_ws_t *ws);
static unsigned canvas_ws_start_frame(canvas_ws_t *ws);
static size_t canvas_ws_max(const canvas_ws_t *ws);
static unsigned canvas_ws_frame_len(const canvas_ws_t *ws, uint64_t *len);
static unsigned canvas_ws_feed_payload(canvas_ws_t *ws, const uint8_t **pos,
    const uint8_t *last);
static uint8_t *canvas_ws_reserve(canvas_ws_t *ws, size_t n);
static void canvas_ws_unmask(canvas_ws_t *ws, uint8_t *dst,
    const uint8_t *src, size_t n);
static canvas_ws_event_t canvas_ws_end_frame(canvas_ws_t *ws,
    canvas_ws_message_t *message);
static unsigned canvas_ws_inflate(canvas_ws_t *ws,
    canvas_ws_message_t *message, unsigned op);
static canvas_ws_event_t canvas_ws_end_control(canvas_ws_t *ws,
    canvas_ws_message_t *message);
static canvas_ws_event_t canvas_ws_end_close(canvas_ws_t *ws,
    canvas_ws_message_t *message);
static canvas_ws_event_t canvas_ws_fail(canvas_ws_t *ws,
    canvas_ws_message_t *message, unsigned code);


canvas_ws_event_t
canvas_ws_feed(canvas_ws_t *ws, const uint8_t **pos, const uint8_t *last,
    canvas_ws_message_t *message)
{
    unsigned           code;
    canvas_ws_event_t  event;

    message->data = NULL;
    message->len = 0;
    message->close = 0;

    if (ws->closed) {
        *pos = last;
        return CANVAS_WS_MORE;
    }

    for ( ;; ) {

        if (!ws->in_payload) {
            code = canvas_ws_feed_head(ws, pos, last);

            if (code) {
                return canvas_ws_fail(ws, message, code);
            }

            if (!ws->in_payload) {
                return CANVAS_WS_MORE;
            }
        }

        code = canvas_ws_feed_payload(ws, pos, last);

        if (code) {
            return canvas_ws_fail(ws, message, code);
        }

        if (ws->left) {
            return CANVAS_WS_MORE;
        }

        event = canvas_ws_end_frame(ws, message);

        if (event != CANVAS_WS_MORE) {
            return event;
        }
    }
}


void
canvas_ws_release(canvas_ws_t *ws)
{
    free(ws->message);

    ws->message = NULL;
    ws->size = 0;

    if (ws->message_op == 0) {
        ws->len = 0;
    }
}


int
canvas_ws_partial(const canvas_ws_t *ws)
{
    return !ws->closed
           && (ws->head_len != 0 || ws->in_payload || ws->message_op != 0);
}


size_t
canvas_ws_head(uint8_t *buf, unsigned opcode, size_t len)
{
    size_t    n;
    uint64_t  rest;

    n = len < CANVAS_WS_LEN16 ? 2 : len <= UINT16_MAX ? 4 : 10;

    if (buf == NULL) {
        return n;
    }

    buf[0] = (uint8_t) (CANVAS_WS_FIN | opcode);

    if (n == 2) {
        buf[1] = (uint8_t) len;
        return n;
    }

    buf[1] = n == 4 ? CANVAS_WS_LEN16 : CANVAS_WS_LEN64;

    for (rest = len, len = n; len > 2; rest >>= 8) {
        buf[--len] = (uint8_t) rest;
    }

    return n;
}


size_t
canvas_ws_close(uint8_t *buf, unsigned code)
{
    if (code == CANVAS_WS_CLOSE_NO_STATUS) {
        return canvas_ws_head(buf, CANVAS_WS_OP_CLOSE, 0);
    }

    if (buf) {
        (void) canvas_ws_head(buf, CANVAS_WS_OP_CLOSE, 2);
        buf[2] = (uint8_t) (code >> 8);
        buf[3] = (uint8_t) code;
    }

    return 4;
}


int
canvas_ws_close_valid(unsigned code)
{
    /* 1012 to 1014 are IANA's; 3000 to 4999 are libraries' and private */

    return (code >= 1000 && code <= 1003)
           || (code >= 1007 && code <= 1014)
           || (code >= 3000 && code <= 4999);
}


/*
 * collects the head byte by byte; the functions from here on return 0 or the
 * close code to fail with
 */

static unsigned
canvas_ws_feed_head(canvas_ws_t *ws, const uint8_t **pos, const uint8_t *last)
{
    unsigned  code;

    while (*pos < last) {
        ws->head[ws->head_len++] = *(*pos)++;

        if (ws->head_len <= 2) {
            code = canvas_ws_check_start(ws);

            if (code) {
                return code;
            }
        }

        if (ws->head_len >= 2 && ws->head_len == canvas_ws_head_need(ws)) {
            return canvas_ws_start_frame(ws);
        }
    }

    return 0;
}


/* what the first, then the second byte of a head can have wrong */

static unsigned
canvas_ws_check_start(const canvas_ws_t *ws)
{
    unsigned  op, fin;

    op = ws->head[0] & CANVAS_WS_OPCODE;
    fin = ws->head[0] & CANVAS_WS_FIN;

    if (ws->head_len == 2) {

        if (!(ws->head[1] & CANVAS_WS_MASK)
            || ((op & CANVAS_WS_CONTROL)
                && (ws->head[1] & CANVAS_WS_LEN) >= CANVAS_WS_LEN16))
        {
            return CANVAS_WS_CLOSE_PROTOCOL;
        }

        return 0;
    }

    if ((ws->head[0] & CANVAS_WS_RSV)
        && !canvas_ws_may_compress(ws, ws->head[0]))
    {
        return CANVAS_WS_CLOSE_PROTOCOL;
    }

    switch (op) {

    case CANVAS_WS_OP_CONTINUATION:
        return ws->message_op ? 0 : CANVAS_WS_CLOSE_PROTOCOL;

    case CANVAS_WS_OP_TEXT:
    case CANVAS_WS_OP_BINARY:
        return ws->message_op ? CANVAS_WS_CLOSE_PROTOCOL : 0;

    case CANVAS_WS_OP_CLOSE:
    case CANVAS_WS_OP_PING:
    case CANVAS_WS_OP_PONG:
        return fin ? 0 : CANVAS_WS_CLOSE_PROTOCOL;

    default:
        return CANVAS_WS_CLOSE_PROTOCOL;
    }
}


/* RFC 7692 section 6.1: the first frame of a message, and RSV1 alone */

static int
canvas_ws_may_compress(const canvas_ws_t *ws, unsigned first)
{
    unsigned  op;

    op = first & CANVAS_WS_OPCODE;

    return ws->inflate != NULL
           && (first & CANVAS_WS_RSV) == CANVAS_WS_RSV1
           && (op == CANVAS_WS_OP_TEXT || op == CANVAS_WS_OP_BINARY);
}


static size_t
canvas_ws_head_need(const canvas_ws_t *ws)
{
    switch (ws->head[1] & CANVAS_WS_LEN) {

    case CANVAS_WS_LEN16:
        return 2 + 2 + 4;

    case CANVAS_WS_LEN64:
        return 2 + 8 + 4;

    default:
        return 2 + 4;
    }
}


static unsigned
canvas_ws_start_frame(canvas_ws_t *ws)
{
    unsigned  code;
    uint64_t  len;

    code = canvas_ws_frame_len(ws, &len);

    if (code) {
        return code;
    }

    ws->opcode = ws->head[0] & CANVAS_WS_OPCODE;
    ws->fin = (ws->head[0] & CANVAS_WS_FIN) != 0;

    if (ws->opcode & CANVAS_WS_CONTROL) {
        ws->control_len = 0;

    } else {

        if (ws->opcode != CANVAS_WS_OP_CONTINUATION) {
            ws->message_op = ws->opcode;
            ws->compressed = (ws->head[0] & CANVAS_WS_RSV1) != 0;
            ws->len = 0;
            memset(&ws->utf8, 0, sizeof(canvas_utf8_t));
        }

        if (len > canvas_ws_max(ws) - ws->len) {
            return CANVAS_WS_CLOSE_TOO_BIG;
        }
    }

    memcpy(ws->mask, ws->head + ws->head_len - 4, 4);
    ws->mask_pos = 0;
    ws->left = len;
    ws->head_len = 0;
    ws->in_payload = 1;

    return 0;
}


/* bytes that the frames of this message may have */

static size_t
canvas_ws_max(const canvas_ws_t *ws)
{
    return ws->compressed ? CANVAS_WS_COMPRESSED_MAX(ws->limit) : ws->limit;
}


static unsigned
canvas_ws_frame_len(const canvas_ws_t *ws, uint64_t *len)
{
    size_t    i, n;
    uint64_t  value;

    value = ws->head[1] & CANVAS_WS_LEN;

    if (value < CANVAS_WS_LEN16) {
        *len = value;
        return 0;
    }

    n = value == CANVAS_WS_LEN16 ? 2 : 8;
    value = 0;

    for (i = 2; i < 2 + n; i++) {
        value = value << 8 | ws->head[i];
    }

    /* RFC 6455 section 5.2: the shortest form, and the top bit clear */

    if (value >> 63
        || value < CANVAS_WS_LEN16
        || (n == 8 && value <= UINT16_MAX))
    {
        return CANVAS_WS_CLOSE_PROTOCOL;
    }

    *len = value;

    return 0;
}


static unsigned
canvas_ws_feed_payload(canvas_ws_t *ws, const uint8_t **pos,
    const uint8_t *last)
{
    size_t    n;
    uint8_t  *dst;

    n = (size_t) (last - *pos);

    if (n > ws->left) {
        n = (size_t) ws->left;
    }

    if (n == 0) {
        return 0;
    }

    if (ws->opcode & CANVAS_WS_CONTROL) {
        dst = ws->control + ws->control_len;
        ws->control_len = (uint8_t) (ws->control_len + n);

    } else {
        dst = canvas_ws_reserve(ws, n);

        if (dst == NULL) {
            return CANVAS_WS_CLOSE_INTERNAL;
        }

        ws->len += n;
    }

    canvas_ws_unmask(ws, dst, *pos, n);

    *pos += n;
    ws->left -= n;

    if (!(ws->opcode & CANVAS_WS_CONTROL)
        && ws->message_op == CANVAS_WS_OP_TEXT
        && !ws->compressed
        && canvas_utf8_feed(&ws->utf8, dst, n) == CANVAS_INVALID)
    {
        return CANVAS_WS_CLOSE_BAD_DATA;
    }

    return 0;
}


/*
 * Room for n more bytes.  The buffer follows what has arrived, not what a
 * head announced; len + n is within the limit since the head was.
 */

static uint8_t *
canvas_ws_reserve(canvas_ws_t *ws, size_t n)
{
    size_t    size;
    uint8_t  *p;

    if (ws->message == NULL && ws->len) {
        /* released between two fragments */
        return NULL;
    }

    if (n > ws->size - ws->len) {
        size = ws->size * 2;

        if (size < ws->len + n) {
            size = ws->len + n;
        }

        if (size < CANVAS_WS_SIZE_MIN) {
            size = CANVAS_WS_SIZE_MIN;
        }

        if (size > canvas_ws_max(ws)) {
            size = canvas_ws_max(ws);
        }

        p = realloc(ws->message, size);

        if (p == NULL) {
            return NULL;
        }

        ws->message = p;
        ws->size = size;
    }

    return ws->message + ws->len;
}


static void
canvas_ws_unmask(canvas_ws_t *ws, uint8_t *dst, const uint8_t *src, size_t n)
{
    size_t    i;
    uint8_t   mask[8];
    uint64_t  word, key;

    for (i = 0; i < 8; i++) {
        mask[i] = ws->mask[(ws->mask_pos + i) & 3];
    }

    memcpy(&key, mask, 8);

    for (i = 0; n - i >= 8; i += 8) {
        memcpy(&word, src + i, 8);
        word ^= key;
        memcpy(dst + i, &word, 8);
    }

    for ( /* void */ ; i < n; i++) {
        dst[i] = src[i] ^ mask[i & 7];
    }

    ws->mask_pos = (uint8_t) ((ws->mask_pos + n) & 3);
}


static canvas_ws_event_t
canvas_ws_end_frame(canvas_ws_t *ws, canvas_ws_message_t *message)
{
    unsigned  op, code;

    ws->in_payload = 0;

    if (ws->opcode & CANVAS_WS_CONTROL) {
        return canvas_ws_end_control(ws, message);
    }

    if (!ws->fin) {
        return CANVAS_WS_MORE;
    }

    if (ws->message == NULL && ws->len) {
        return canvas_ws_fail(ws, message, CANVAS_WS_CLOSE_INTERNAL);
    }

    op = ws->message_op;
    ws->message_op = 0;

    message->data = ws->message ? ws->message : ws->control;
    message->len = ws->len;

    if (ws->compressed) {
        code = canvas_ws_inflate(ws, message, op);

        if (code) {
            return canvas_ws_fail(ws, message, code);
        }
    }

    if (op == CANVAS_WS_OP_TEXT && ws->utf8.left) {
        return canvas_ws_fail(ws, message, CANVAS_WS_CLOSE_BAD_DATA);
    }

    return op == CANVAS_WS_OP_TEXT ? CANVAS_WS_TEXT : CANVAS_WS_BINARY;
}


/* what the message says instead of what arrived; 0 or the close code */

static unsigned
canvas_ws_inflate(canvas_ws_t *ws, canvas_ws_message_t *message, unsigned op)
{
    canvas_status_t  status;

    status = canvas_inflate_message(ws->inflate, message->data, message->len,
                                    ws->limit, &message->data, &message->len);

    switch (status) {

    case CANVAS_OK:
        break;

    case CANVAS_TOO_LARGE:
        return CANVAS_WS_CLOSE_TOO_BIG;

    case CANVAS_INVALID:
        return CANVAS_WS_CLOSE_BAD_DATA;

    default:
        return CANVAS_WS_CLOSE_INTERNAL;
    }

    if (op == CANVAS_WS_OP_TEXT
        && canvas_utf8_feed(&ws->utf8, message->data, message->len)
           == CANVAS_INVALID)
    {
        return CANVAS_WS_CLOSE_BAD_DATA;
    }

    return 0;
}


static canvas_ws_event_t
canvas_ws_end_control(canvas_ws_t *ws, canvas_ws_message_t *message)
{
    if (ws->opcode == CANVAS_WS_OP_CLOSE) {
        return canvas_ws_end_close(ws, message);
    }

    message->data = ws->control;
    message->len = ws->control_len;

    return ws->opcode == CANVAS_WS_OP_PING ? CANVAS_WS_PING : CANVAS_WS_PONG;
}


/* RFC 6455 section 5.5.1: nothing, or a code and a reason in UTF-8 */

static canvas_ws_event_t
canvas_ws_end_close(canvas_ws_t *ws, canvas_ws_message_t *message)
{
    unsigned       code;
    canvas_utf8_t  utf8;

    message->data = ws->control;

    if (ws->control_len == 0) {
        message->close = CANVAS_WS_CLOSE_NO_STATUS;
        ws->closed = 1;
        return CANVAS_WS_CLOSE;
    }

    if (ws->control_len == 1) {
        return canvas_ws_fail(ws, message, CANVAS_WS_CLOSE_PROTOCOL);
    }

    code = (unsigned) ws->control[0] << 8 | ws->control[1];

    if (!canvas_ws_close_valid(code)) {
        return canvas_ws_fail(ws, message, CANVAS_WS_CLOSE_PROTOCOL);
    }

    message->data = ws->control + 2;
    message->len = (size_t) ws->control_len - 2;
    memset(&utf8, 0, sizeof(canvas_utf8_t));

    if (canvas_utf8_feed(&utf8, message->data, message->len) != CANVAS_OK) {
        return canvas_ws_fail(ws, message, CANVAS_WS_CLOSE_BAD_DATA);
    }

    message->close = code;
    ws->closed = 1;

    return CANVAS_WS_CLOSE;
}


static canvas_ws_event_t
canvas_ws_fail(canvas_ws_t *ws, canvas_ws_message_t *message, unsigned code)
{
    message->data = NULL;
    message->len = 0;
    message->close = code;

    ws->closed = 1;

    return CANVAS_WS_FAIL;
}
