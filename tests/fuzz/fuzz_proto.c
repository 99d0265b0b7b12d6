/*
 * fuzz_proto: client messages, text ('t' first) and binary.  Whatever comes
 * out is in range, and the answer to it is JSON within its buffer.
 */

#include "canvas_proto.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);


static void
fuzz_require(int condition)
{
    if (!condition) {
        abort();
    }
}


static void
fuzz_json(const char *text, size_t len)
{
    json_t  *value;

    value = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    fuzz_require(value != NULL);
    json_decref(value);
}


static void
fuzz_answer(canvas_code_t code, const canvas_msg_t *msg)
{
    char    *buf;
    size_t   len;

    if (code == CANVAS_CODE_OK && msg->type == CANVAS_MSG_PLACE) {
        len = canvas_proto_placed(NULL, msg, 1, 5000);

    } else {
        len = canvas_proto_error(NULL, code, 1, "rule", msg);
    }

    fuzz_require(len <= CANVAS_PROTO_REPLY_MAX);

    buf = malloc(len);
    fuzz_require(buf != NULL);

    if (code == CANVAS_CODE_OK && msg->type == CANVAS_MSG_PLACE) {
        fuzz_require(canvas_proto_placed(buf, msg, 1, 5000) == len);

    } else {
        fuzz_require(canvas_proto_error(buf, code, 1, "rule", msg) == len);
    }

    fuzz_json(buf, len);
    free(buf);
}


static void
fuzz_check(canvas_code_t code, const canvas_msg_t *msg)
{
    fuzz_require(msg->id_len <= CANVAS_PROTO_ID_MAX);

    if (code == CANVAS_CODE_OK) {
        fuzz_require(msg->x >= 0 && msg->x <= 65535);
        fuzz_require(msg->y >= 0 && msg->y <= 65535);
        fuzz_require(msg->color >= 0 && msg->color <= 255);
        fuzz_require(msg->width >= 0 && msg->width <= 65536);
        fuzz_require(msg->height >= 0 && msg->height <= 65536);
        fuzz_require((msg->token != NULL) == (msg->type == CANVAS_MSG_AUTH));
        fuzz_require((msg->channels != 0)
                     == (msg->type == CANVAS_MSG_SUBSCRIBE
                         || msg->type == CANVAS_MSG_UNSUBSCRIBE));
    }

    fuzz_answer(code, msg);
}


/* a plain placement is what jansson makes of it beside another member */

static void
fuzz_scan(const char *text, size_t len)
{
    char          *other;
    size_t         head;
    canvas_msg_t   msg, expected;
    canvas_scan_t  scan;

    static const char  member[] = "\"_\":0,";

    scan = canvas_msg_scan(text, len, &msg);

    if (scan == CANVAS_SCAN_NONE) {
        return;
    }

    other = malloc(len + sizeof(member) - 1);
    fuzz_require(other != NULL);

    head = (size_t) ((const char *) memchr(text, '{', len) - text) + 1;
    memcpy(other, text, head);
    memcpy(other + head, member, sizeof(member) - 1);
    memcpy(other + head + sizeof(member) - 1, text + head, len - head);

    len += sizeof(member) - 1;
    fuzz_require((scan == CANVAS_SCAN_PLACE
                  ? canvas_msg_parse(other, len, &expected)
                  : canvas_msg_parse_pixel(other, len, &expected))
                 == CANVAS_CODE_OK);
    fuzz_require(memcmp(&msg, &expected, sizeof(expected)) == 0);
    free(other);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char           faction[CANVAS_PROTO_FACTION_MAX + 1];
    canvas_msg_t   msg;
    canvas_code_t  code;

    if (len == 0) {
        return 0;
    }

    if (data[0] != 't') {
        code = canvas_msg_parse_binary(data + 1, len - 1, &msg);
        fuzz_check(code, &msg);
        canvas_msg_free(&msg);
        return 0;
    }

    code = canvas_msg_parse((const char *) data + 1, len - 1, &msg);
    fuzz_check(code, &msg);
    canvas_msg_free(&msg);

    code = canvas_msg_parse_pixel((const char *) data + 1, len - 1, &msg);
    fuzz_check(code, &msg);
    canvas_msg_free(&msg);

    fuzz_scan((const char *) data + 1, len - 1);

    code = canvas_msg_parse_faction((const char *) data + 1, len - 1, faction);
    fuzz_require(memchr(faction, 0, sizeof(faction)) != NULL);
    fuzz_require(code == CANVAS_CODE_OK || *faction == '\0');

    return 0;
}
