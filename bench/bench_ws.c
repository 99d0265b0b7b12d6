/*
 * bench_ws: see bench_ws.h.
 */

#include <string.h>

#include "bench_ws.h"

#define FRAME_MAX  (1024 * 1024)


size_t
bench_ws_parse(bench_ws_frame_t *frame, const uint8_t *data, size_t len)
{
    size_t    head, i;
    uint64_t  payload;

    if (len < 2) {
        return 0;
    }

    if ((data[0] & 0xb0) != 0x80) {
        return (size_t) -1;
    }

    head = 2;
    payload = data[1] & 0x7f;

    if (payload >= 126) {
        head = payload == 126 ? 4 : 10;

        if (len < head) {
            return 0;
        }

        for (payload = 0, i = 2; i < head; i++) {
            payload = payload << 8 | data[i];
        }
    }

    if (payload > FRAME_MAX) {
        return (size_t) -1;
    }

    frame->opcode = data[0] & 0x0f;
    frame->masked = data[1] >> 7;
    frame->deflated = (data[0] & 0x40) != 0;

    if (frame->masked) {
        head += 4;
    }

    if (len < head + payload) {
        return 0;
    }

    if (frame->masked) {
        memcpy(frame->mask, data + head - 4, 4);
    }

    frame->data = data + head;
    frame->len = (size_t) payload;

    return head + (size_t) payload;
}


size_t
bench_ws_client_frame(uint8_t *buf, unsigned opcode, const void *data,
    size_t len)
{
    /* one mask for all: it hides nothing from the server under test */
    static const uint8_t  mask[4] = { 0x5a, 0xc3, 0x17, 0x9e };

    size_t          head, i;
    const uint8_t  *bytes;

    bytes = data;
    head = bench_ws_server_head(buf, opcode, len);
    buf[1] |= 0x80;
    memcpy(buf + head, mask, 4);
    head += 4;

    for (i = 0; i < len; i++) {
        buf[head + i] = bytes[i] ^ mask[i & 3];
    }

    return head + len;
}


size_t
bench_ws_server_head(uint8_t *buf, unsigned opcode, size_t len)
{
    buf[0] = (uint8_t) (0x80 | opcode);

    if (len < 126) {
        buf[1] = (uint8_t) len;
        return 2;
    }

    buf[1] = 126;
    buf[2] = (uint8_t) (len >> 8);
    buf[3] = (uint8_t) len;

    return 4;
}
