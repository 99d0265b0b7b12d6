/*
 * canvas_proto_parse: messages of clients, through jansson, but for the plain
 * placement: a tree of it would be a fifth of all instructions that a
 * placement over HTTP needs.  Depth is bounded before jansson sees the text,
 * since it parses recursively; the length is the caller's to bound.
 */

#include "canvas_proto.h"
#include "canvas_num.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>


/* an object, its arrays, and something in them that will be ignored */
#define CANVAS_PROTO_DEPTH_MAX      4

#define CANVAS_PROTO_BINARY_PLACE   0x10
#define CANVAS_PROTO_PLACE_LEN      10

typedef canvas_code_t (*canvas_msg_read_pt)(canvas_msg_t *msg, json_t *root);

typedef struct {
    const char          *name;
    canvas_msg_type_t    type;
    canvas_msg_read_pt   read;
} canvas_msg_reader_t;

typedef struct {
    const char  *name;
    unsigned     bit;
} canvas_msg_channel_t;


static canvas_code_t canvas_msg_parse_object(const char *text, size_t len,
    canvas_msg_t *msg, canvas_msg_read_pt read);
static json_t *canvas_msg_load(const char *text, size_t len, int *overflow);
static void canvas_msg_restore_integers(json_t *root);
static int canvas_msg_flat(const char *text, size_t len);
static canvas_code_t canvas_msg_read(canvas_msg_t *msg, json_t *root);
static canvas_code_t canvas_msg_read_id(canvas_msg_t *msg, json_t *root);
static canvas_code_t canvas_msg_read_type(canvas_msg_t *msg, json_t *root);
static canvas_code_t canvas_msg_read_nothing(canvas_msg_t *msg, json_t *root);
static canvas_code_t canvas_msg_read_pixel(canvas_msg_t *msg, json_t *root);
static canvas_code_t canvas_msg_read_token(canvas_msg_t *msg, json_t *root);
static canvas_code_t canvas_msg_read_viewport(canvas_msg_t *msg,
    json_t *root);
static canvas_code_t canvas_msg_read_channels(canvas_msg_t *msg,
    json_t *root);
static unsigned canvas_msg_channel(const json_t *name);
static canvas_code_t canvas_msg_read_faction(char *faction,
    const json_t *name);
static int canvas_msg_integer(const json_t *root, const char *name,
    int64_t min, int64_t max, int64_t *value);


static const canvas_msg_reader_t  canvas_msg_readers[] = {
    { "place", CANVAS_MSG_PLACE, canvas_msg_read_pixel },
    { "place_pixel", CANVAS_MSG_PLACE, canvas_msg_read_pixel },
    { "ping", CANVAS_MSG_PING, canvas_msg_read_nothing },
    { "auth", CANVAS_MSG_AUTH, canvas_msg_read_token },
    { "viewport", CANVAS_MSG_VIEWPORT, canvas_msg_read_viewport },
    { "checksums", CANVAS_MSG_CHECKSUMS, canvas_msg_read_nothing },
    { "subscribe", CANVAS_MSG_SUBSCRIBE, canvas_msg_read_channels },
    { "unsubscribe", CANVAS_MSG_UNSUBSCRIBE, canvas_msg_read_channels },
    { NULL, CANVAS_MSG_PLACE, NULL }
};

static const canvas_msg_channel_t  canvas_msg_channels[] = {
    { "leaderboard", CANVAS_CHANNEL_LEADERBOARD },
    { "scoreboard", CANVAS_CHANNEL_SCOREBOARD },
    { NULL, 0 }
};


canvas_code_t
canvas_msg_parse(const char *text, size_t len, canvas_msg_t *msg)
{
    if (canvas_msg_scan(text, len, msg) == CANVAS_SCAN_PLACE) {
        return CANVAS_CODE_OK;
    }

    return canvas_msg_parse_object(text, len, msg, canvas_msg_read);
}


canvas_code_t
canvas_msg_parse_pixel(const char *text, size_t len, canvas_msg_t *msg)
{
    if (canvas_msg_scan(text, len, msg) == CANVAS_SCAN_PIXEL) {
        return CANVAS_CODE_OK;
    }

    return canvas_msg_parse_object(text, len, msg, canvas_msg_read_pixel);
}


canvas_code_t
canvas_msg_parse_faction(const char *text, size_t len, char *faction)
{
    int             overflow;
    json_t         *root;
    canvas_code_t   code;

    *faction = '\0';

    root = canvas_msg_load(text, len, &overflow);

    if (root == NULL) {
        return CANVAS_CODE_INVALID_MESSAGE;
    }

    code = overflow ? CANVAS_CODE_INVALID_MESSAGE
                    : canvas_msg_read_faction(faction,
                                              json_object_get(root,
                                                              "faction"));
    json_decref(root);

    return code;
}


canvas_code_t
canvas_msg_parse_binary(const uint8_t *data, size_t len, canvas_msg_t *msg)
{
    char  *last;

    memset(msg, 0, sizeof(canvas_msg_t));

    msg->type = CANVAS_MSG_PLACE;

    if (len < 1 + 4 || data[0] != CANVAS_PROTO_BINARY_PLACE) {
        return CANVAS_CODE_INVALID_MESSAGE;
    }

    msg->binary_id = (uint32_t) data[1] << 24 | (uint32_t) data[2] << 16
                     | (uint32_t) data[3] << 8 | data[4];

    /* for the answers that have no binary form */
    last = canvas_num_write(msg->id, msg->binary_id);
    msg->id_len = (size_t) (last - msg->id);

    if (len != CANVAS_PROTO_PLACE_LEN) {
        return CANVAS_CODE_INVALID_MESSAGE;
    }

    msg->x = data[5] << 8 | data[6];
    msg->y = data[7] << 8 | data[8];
    msg->color = data[9];

    return CANVAS_CODE_OK;
}


void
canvas_msg_free(canvas_msg_t *msg)
{
    free(msg->token);
    msg->token = NULL;
}


static canvas_code_t
canvas_msg_parse_object(const char *text, size_t len, canvas_msg_t *msg,
    canvas_msg_read_pt read)
{
    int             overflow;
    json_t         *root;
    canvas_code_t   code;

    memset(msg, 0, sizeof(canvas_msg_t));

    root = canvas_msg_load(text, len, &overflow);

    if (root == NULL) {
        return CANVAS_CODE_INVALID_MESSAGE;
    }

    code = read(msg, root);

    if (code == CANVAS_CODE_OK && overflow) {
        code = CANVAS_CODE_INVALID_MESSAGE;
    }

    json_decref(root);

    return code;
}


/*
 * The object, or NULL when the text is none that is taken.  An integer beyond
 * 64 bits is an error to jansson; overflow says that the message must be
 * refused, and the object lets the reader find out which field it was.
 */

static json_t *
canvas_msg_load(const char *text, size_t len, int *overflow)
{
    json_t        *root;
    json_error_t   error;

    *overflow = 0;

    if (!canvas_msg_flat(text, len)) {
        return NULL;
    }

    root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);

    if (root == NULL
        && json_error_code(&error) == json_error_numeric_overflow)
    {
        *overflow = 1;
        root = json_loadb(text, len,
                          JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL,
                          &error);
    }

    if (root && !json_is_object(root)) {
        json_decref(root);
        return NULL;
    }

    if (root && *overflow) {
        canvas_msg_restore_integers(root);
    }

    return root;
}


/* undoes JSON_DECODE_INT_AS_REAL where a real is an exact integer */

static void
canvas_msg_restore_integers(json_t *root)
{
    void    *iter;
    double   max, value;
    json_t  *number;

    max = (double) CANVAS_NUM_SAFE_MAX;

    for (iter = json_object_iter(root);
         iter;
         iter = json_object_iter_next(root, iter))
    {
        number = json_object_iter_value(iter);
        value = json_real_value(number);

        if (json_is_real(number) && value >= -max && value <= max
            && value == (double) (json_int_t) value)
        {
            (void) json_object_iter_set_new(root, iter,
                                            json_integer((json_int_t) value));
        }
    }
}


static int
canvas_msg_flat(const char *text, size_t len)
{
    size_t    i;
    unsigned  depth, quoted;

    depth = 0;
    quoted = 0;

    for (i = 0; i < len; i++) {

        switch (text[i]) {

        case '"':
            quoted = !quoted;
            break;

        case '\\':
            i += quoted;
            break;

        case '{':
        case '[':
            if (!quoted && ++depth > CANVAS_PROTO_DEPTH_MAX) {
                return 0;
            }
            break;

        case '}':
        case ']':
            depth -= (!quoted && depth > 0);
            break;

        default:
            break;
        }
    }

    return 1;
}


/* id first: a refusal of the rest carries it */

static canvas_code_t
canvas_msg_read(canvas_msg_t *msg, json_t *root)
{
    canvas_code_t  code;

    code = canvas_msg_read_id(msg, root);

    return code != CANVAS_CODE_OK ? code : canvas_msg_read_type(msg, root);
}


static canvas_code_t
canvas_msg_read_id(canvas_msg_t *msg, json_t *root)
{
    size_t   len;
    json_t  *id;

    id = json_object_get(root, "id");

    if (id == NULL) {
        return CANVAS_CODE_OK;
    }

    if (!json_is_integer(id) && !json_is_string(id)) {
        return CANVAS_CODE_INVALID_MESSAGE;
    }

    len = json_dumpb(id, msg->id, CANVAS_PROTO_ID_MAX, JSON_ENCODE_ANY);

    if (len == 0 || len > CANVAS_PROTO_ID_MAX) {
        return CANVAS_CODE_INVALID_MESSAGE;
    }

    msg->id_len = len;

    return CANVAS_CODE_OK;
}


static canvas_code_t
canvas_msg_read_type(canvas_msg_t *msg, json_t *root)
{
    const char                 *name;
    const canvas_msg_reader_t  *reader;

    name = json_string_value(json_object_get(root, "type"));

    if (name == NULL) {
        return CANVAS_CODE_INVALID_MESSAGE;
    }

    for (reader = canvas_msg_readers; reader->name; reader++) {

        if (strcmp(reader->name, name) == 0) {
            msg->type = reader->type;
            return reader->read(msg, root);
        }
    }

    return CANVAS_CODE_INVALID_MESSAGE;
}


static canvas_code_t
canvas_msg_read_nothing(canvas_msg_t *msg, json_t *root)
{
    (void) msg;
    (void) root;

    return CANVAS_CODE_OK;
}


static canvas_code_t
canvas_msg_read_pixel(canvas_msg_t *msg, json_t *root)
{
    if (!canvas_msg_integer(root, "x", 0, UINT16_MAX, &msg->x)
        || !canvas_msg_integer(root, "y", 0, UINT16_MAX, &msg->y))
    {
        return CANVAS_CODE_INVALID_COORDS;
    }

    if (!canvas_msg_integer(root, "color", 0, UINT8_MAX, &msg->color)) {
        return CANVAS_CODE_INVALID_COLOR;
    }

    return CANVAS_CODE_OK;
}


static canvas_code_t
canvas_msg_read_token(canvas_msg_t *msg, json_t *root)
{
    size_t   len;
    json_t  *token;

    token = json_object_get(root, "token");
    len = json_string_length(token);

    if (len == 0 || len > CANVAS_PROTO_TOKEN_MAX) {
        return CANVAS_CODE_INVALID_MESSAGE;
    }

    msg->token = malloc(len + 1);

    if (msg->token == NULL) {
        return CANVAS_CODE_INTERNAL;
    }

    memcpy(msg->token, json_string_value(token), len + 1);

    return CANVAS_CODE_OK;
}


static canvas_code_t
canvas_msg_read_viewport(canvas_msg_t *msg, json_t *root)
{
    if (json_object_get(root, "x") == NULL
        && json_object_get(root, "y") == NULL
        && json_object_get(root, "width") == NULL
        && json_object_get(root, "height") == NULL)
    {
        return CANVAS_CODE_OK;
    }

    if (!canvas_msg_integer(root, "x", 0, UINT16_MAX, &msg->x)
        || !canvas_msg_integer(root, "y", 0, UINT16_MAX, &msg->y)
        || !canvas_msg_integer(root, "width", 1, UINT16_MAX + 1, &msg->width)
        || !canvas_msg_integer(root, "height", 1, UINT16_MAX + 1,
                               &msg->height))
    {
        return CANVAS_CODE_INVALID_COORDS;
    }

    return CANVAS_CODE_OK;
}


static canvas_code_t
canvas_msg_read_channels(canvas_msg_t *msg, json_t *root)
{
    size_t    i, n;
    json_t   *channels;
    unsigned  bit;

    channels = json_object_get(root, "channels");
    n = json_array_size(channels);

    if (n == 0) {
        return CANVAS_CODE_INVALID_MESSAGE;
    }

    for (i = 0; i < n; i++) {
        bit = canvas_msg_channel(json_array_get(channels, i));

        if (bit == 0) {
            return CANVAS_CODE_INVALID_MESSAGE;
        }

        msg->channels |= bit;
    }

    return CANVAS_CODE_OK;
}


static unsigned
canvas_msg_channel(const json_t *name)
{
    const canvas_msg_channel_t  *channel;

    if (!json_is_string(name)) {
        return 0;
    }

    for (channel = canvas_msg_channels; channel->name; channel++) {

        if (strcmp(channel->name, json_string_value(name)) == 0) {
            return channel->bit;
        }
    }

    return 0;
}


static canvas_code_t
canvas_msg_read_faction(char *faction, const json_t *name)
{
    size_t       len;
    const char  *text;

    if (name == NULL || json_is_null(name)) {
        return CANVAS_CODE_OK;
    }

    text = json_string_value(name);
    len = json_string_length(name);

    if (len == 0 || len > CANVAS_PROTO_FACTION_MAX
        || strspn(text, CANVAS_PROTO_NAME_CHARS) != len)
    {
        return CANVAS_CODE_INVALID_MESSAGE;
    }

    memcpy(faction, text, len + 1);

    return CANVAS_CODE_OK;
}


static int
canvas_msg_integer(const json_t *root, const char *name, int64_t min,
    int64_t max, int64_t *value)
{
    const json_t  *number;

    number = json_object_get(root, name);

    if (!json_is_integer(number)) {
        return 0;
    }

    *value = json_integer_value(number);

    return *value >= min && *value <= max;
}
