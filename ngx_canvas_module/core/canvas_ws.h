/*
 * canvas_ws: RFC 6455 framing, the server's side.  A resumable, bounded
 * parser of client frames (unmasking, fragmentation, interleaved control
 * frames, permessage-deflate, UTF-8, close codes) and the encoding of server
 * frame heads.  It knows no sockets and no handshake.
 */

#ifndef CANVAS_WS_H_INCLUDED
#define CANVAS_WS_H_INCLUDED

#include "canvas_inflate.h"
#include "canvas_utf8.h"

/* opcodes, RFC 6455 section 5.2 */
#define CANVAS_WS_OP_CONTINUATION  0x0
#define CANVAS_WS_OP_TEXT          0x1
#define CANVAS_WS_OP_BINARY        0x2
#define CANVAS_WS_OP_CLOSE         0x8
#define CANVAS_WS_OP_PING          0x9
#define CANVAS_WS_OP_PONG          0xa

/* close codes, RFC 6455 section 7.4.1 */
#define CANVAS_WS_CLOSE_NORMAL       1000
#define CANVAS_WS_CLOSE_GOING_AWAY   1001
#define CANVAS_WS_CLOSE_PROTOCOL     1002
#define CANVAS_WS_CLOSE_UNSUPPORTED  1003
#define CANVAS_WS_CLOSE_NO_STATUS    1005   /* never on the wire */
#define CANVAS_WS_CLOSE_BAD_DATA     1007
#define CANVAS_WS_CLOSE_POLICY       1008
#define CANVAS_WS_CLOSE_TOO_BIG      1009
#define CANVAS_WS_CLOSE_INTERNAL     1011
#define CANVAS_WS_CLOSE_TRY_AGAIN    1013

/* the longest frame head a server writes */
#define CANVAS_WS_HEAD_MAX  10

/* reserved bit 1: a compressed message, RFC 7692 section 6 */
#define CANVAS_WS_RSV1  0x40

/* deflate makes what it cannot compress longer by a little */
#define CANVAS_WS_COMPRESSED_MAX(limit)  ((limit) + (limit) / 8 + 64)

typedef enum {
    CANVAS_WS_MORE = 0,     /* all input taken, no whole message yet */
    CANVAS_WS_TEXT,         /* whole message, valid UTF-8 */
    CANVAS_WS_BINARY,
    CANVAS_WS_PING,         /* payload to be echoed in a pong */
    CANVAS_WS_PONG,
    CANVAS_WS_CLOSE,        /* close is the peer's code, or 1005 */
    CANVAS_WS_FAIL          /* close is the code to fail the connection with */
} canvas_ws_event_t;

/*
 * Zeroed memory with limit set is a fresh parser.  message is allocated as
 * the bytes of a data frame arrive, never above limit (a compressed one not
 * above CANVAS_WS_COMPRESSED_MAX()), and given back by canvas_ws_release(),
 * so that an idle parser holds no memory.
 */
typedef struct {
    size_t         limit;       /* bytes of one message, all its fragments */
    canvas_inflate_t  *inflate; /* permessage-deflate was agreed on: shared,
                                   without context takeover; else NULL */

    uint8_t       *message;
    size_t         len;
    size_t         size;        /* allocated */

    uint64_t       left;        /* payload bytes of this frame to come */
    canvas_utf8_t  utf8;
    uint8_t        head[14];
    uint8_t        head_len;    /* bytes of head collected */
    uint8_t        in_payload;
    uint8_t        opcode;      /* of the current frame */
    uint8_t        fin;
    uint8_t        message_op;  /* text or binary while fragments come */
    uint8_t        compressed;  /* this message */
    uint8_t        mask[4];
    uint8_t        mask_pos;
    uint8_t        control_len;
    uint8_t        control[125];
    uint8_t        closed;      /* after close or failure: input is ignored */
} canvas_ws_t;

typedef struct {
    const uint8_t  *data;       /* valid until the next call, of any parser
                                   with the same inflate; never NULL with a
                                   message or control frame */
    size_t          len;
    unsigned        close;      /* of CLOSE (data is the reason) and FAIL */
} canvas_ws_message_t;

/*
 * Feeds bytes from *pos up to last; returns at the first event, with *pos
 * behind what was taken.  Call again until CANVAS_WS_MORE.  After CLOSE or
 * FAIL nothing more is parsed: input is taken and dropped.
 */
canvas_ws_event_t canvas_ws_feed(canvas_ws_t *ws, const uint8_t **pos,
    const uint8_t *last, canvas_ws_message_t *message);

/*
 * Gives the memory of the last whole message back: call it after TEXT and
 * BINARY, and at the end of life.  Not after a control frame: that may stand
 * between fragments, and the next call would fail with 1011.
 */
void canvas_ws_release(canvas_ws_t *ws);

/* non-zero while a frame or a fragmented message is incomplete */
int canvas_ws_partial(const canvas_ws_t *ws);

/* unmasked final frame head: returns 2, 4 or 10; buf may be NULL */
size_t canvas_ws_head(uint8_t *buf, unsigned opcode, size_t len);

/* a whole close frame; code 1005: empty body.  Returns 2 or 4 */
size_t canvas_ws_close(uint8_t *buf, unsigned code);

/* RFC 6455 section 7.4: may this code stand in a close frame of a peer? */
int canvas_ws_close_valid(unsigned code);

#endif /* CANVAS_WS_H_INCLUDED */
