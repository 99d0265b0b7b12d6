/*
 * canvas_event: see the header.  Strict: what the Function library does not
 * write is malformed.
 */

#include "canvas_event.h"
#include "canvas_id.h"
#include "canvas_num.h"

#include <string.h>


typedef struct {
    const char  *p;
    const char  *last;
} canvas_event_input_t;


static canvas_status_t canvas_event_pixel(canvas_event_input_t *in,
    canvas_event_t *event);
static canvas_status_t canvas_event_marker(canvas_event_input_t *in,
    canvas_event_t *event);
static void canvas_event_trim(canvas_event_input_t *in);
static int canvas_event_comma(canvas_event_input_t *in);
static int canvas_event_number(canvas_event_input_t *in, uint64_t max,
    uint64_t *value);


static const char *const  canvas_reasons[] = {
    [CANVAS_REASON_NONE] = "",
    [CANVAS_REASON_INIT] = "init",
    [CANVAS_REASON_ROTATE] = "rotate",
    [CANVAS_REASON_RESET] = "reset",
    [CANVAS_REASON_RESTART] = "restart",
    [CANVAS_REASON_RESTORE] = "restore"
};

#define CANVAS_REASON_N  (sizeof(canvas_reasons) / sizeof(canvas_reasons[0]))


canvas_status_t
canvas_event_id_parse(const char *text, size_t len, uint64_t *epoch,
    uint64_t *seq)
{
    uint64_t     e, s;
    const char  *p, *last;

    last = text + len;

    p = canvas_num_read(text, last, CANVAS_NUM_SAFE_MAX, &e);

    if (p == NULL || p == last || *p != '-') {
        return CANVAS_INVALID;
    }

    p = canvas_num_read(p + 1, last, CANVAS_NUM_SAFE_MAX, &s);

    if (p != last) {
        return CANVAS_INVALID;
    }

    *epoch = e;
    *seq = s;

    return CANVAS_OK;
}


size_t
canvas_event_id_format(char *buf, uint64_t epoch, uint64_t seq)
{
    char  *p;

    p = canvas_num_write(buf, epoch);
    *p++ = '-';
    p = canvas_num_write(p, seq);
    *p = '\0';

    return (size_t) (p - buf);
}


canvas_status_t
canvas_event_parse(const char *text, size_t len, canvas_event_t *event)
{
    canvas_event_input_t  in;

    if (len == 0) {
        return CANVAS_INVALID;
    }

    in.p = text + 1;
    in.last = text + len;

    switch (*text) {

    case CANVAS_EVENT_PIXEL:
        return canvas_event_pixel(&in, event);

    case CANVAS_EVENT_MARKER:
        return canvas_event_marker(&in, event);

    default:
        return CANVAS_INVALID;
    }
}


canvas_status_t
canvas_event_next(const char **text, size_t *len, canvas_event_t *event)
{
    size_t       n;
    const char  *line, *end, *space;

    if (*len == 0) {
        return CANVAS_DONE;
    }

    line = *text;
    end = memchr(line, '\n', *len);
    n = end ? (size_t) (end - line) : *len;

    *text += end ? n + 1 : n;
    *len -= end ? n + 1 : n;

    if (n && *line == CANVAS_EVENT_RULES) {
        memset(event, 0, sizeof(canvas_event_t));
        event->type = CANVAS_EVENT_RULES;
        return CANVAS_OK;
    }

    space = memchr(line, ' ', n);

    if (space == NULL
        || canvas_event_id_parse(line, (size_t) (space - line),
                                 &event->epoch, &event->seq)
           != CANVAS_OK)
    {
        return CANVAS_INVALID;
    }

    space++;

    return canvas_event_parse(space, n - (size_t) (space - line), event);
}


const char *
canvas_reason_name(canvas_reason_t reason)
{
    return (unsigned) reason < CANVAS_REASON_N ? canvas_reasons[reason] : "";
}


canvas_reason_t
canvas_reason_find(const char *name, size_t len)
{
    unsigned  i;

    for (i = 1; i < CANVAS_REASON_N; i++) {

        if (strlen(canvas_reasons[i]) == len
            && memcmp(canvas_reasons[i], name, len) == 0)
        {
            return (canvas_reason_t) i;
        }
    }

    return CANVAS_REASON_NONE;
}


/* ,<x>,<y>,<color>,<old>,<kind>,<actor>,<ms> */

static canvas_status_t
canvas_event_pixel(canvas_event_input_t *in, canvas_event_t *event)
{
    char         kind;
    uint8_t      actor[16];
    uint64_t     x, y, color, old, ms;
    const char  *uuid;

    if (!canvas_event_number(in, UINT16_MAX, &x)
        || !canvas_event_number(in, UINT16_MAX, &y)
        || !canvas_event_number(in, UINT8_MAX, &color)
        || !canvas_event_number(in, UINT8_MAX, &old)
        || !canvas_event_comma(in)
        || in->last - in->p < 1 + 1 + CANVAS_UUID_LEN)
    {
        return CANVAS_INVALID;
    }

    kind = *in->p++;

    if ((kind != 'u' && kind != 'g' && kind != 'a')
        || !canvas_event_comma(in))
    {
        return CANVAS_INVALID;
    }

    uuid = in->p;
    in->p += CANVAS_UUID_LEN;

    if (canvas_uuid_parse(uuid, CANVAS_UUID_LEN, actor) != CANVAS_OK
        || !canvas_event_number(in, CANVAS_NUM_SAFE_MAX, &ms)
        || in->p != in->last)
    {
        return CANVAS_INVALID;
    }

    event->type = CANVAS_EVENT_PIXEL;
    event->ms = ms;
    event->x = (uint16_t) x;
    event->y = (uint16_t) y;
    event->color = (uint8_t) color;
    event->old = (uint8_t) old;
    event->kind = kind;
    memcpy(event->actor, actor, sizeof(actor));
    event->reason = CANVAS_REASON_NONE;
    event->json = NULL;
    event->json_len = 0;

    return CANVAS_OK;
}


/* ,<reason>,<ms>,<json> */

static canvas_status_t
canvas_event_marker(canvas_event_input_t *in, canvas_event_t *event)
{
    uint64_t          ms;
    const char       *comma;
    canvas_reason_t   reason;

    if (!canvas_event_comma(in)) {
        return CANVAS_INVALID;
    }

    comma = memchr(in->p, ',', (size_t) (in->last - in->p));

    if (comma == NULL) {
        return CANVAS_INVALID;
    }

    reason = canvas_reason_find(in->p, (size_t) (comma - in->p));
    in->p = comma;

    if (reason == CANVAS_REASON_NONE
        || !canvas_event_number(in, CANVAS_NUM_SAFE_MAX, &ms)
        || !canvas_event_comma(in))
    {
        return CANVAS_INVALID;
    }

    canvas_event_trim(in);

    if (in->last - in->p < 2
        || in->p[0] != '{' || in->last[-1] != '}')
    {
        return CANVAS_INVALID;
    }

    event->type = CANVAS_EVENT_MARKER;
    event->ms = ms;
    event->x = 0;
    event->y = 0;
    event->color = 0;
    event->old = 0;
    event->kind = 0;
    memset(event->actor, 0, sizeof(event->actor));
    event->reason = reason;
    event->json = in->p;
    event->json_len = (size_t) (in->last - in->p);

    return CANVAS_OK;
}


/* the object came from a caller of the Function, with its own spaces */

static void
canvas_event_trim(canvas_event_input_t *in)
{
    while (in->p < in->last && (*in->p == ' ' || *in->p == '\t')) {
        in->p++;
    }

    while (in->p < in->last && (in->last[-1] == ' ' || in->last[-1] == '\t')) {
        in->last--;
    }
}


static int
canvas_event_comma(canvas_event_input_t *in)
{
    if (in->p == in->last || *in->p != ',') {
        return 0;
    }

    in->p++;

    return 1;
}


/* a comma, then a number */

static int
canvas_event_number(canvas_event_input_t *in, uint64_t max, uint64_t *value)
{
    const char  *p;

    if (!canvas_event_comma(in)) {
        return 0;
    }

    p = canvas_num_read(in->p, in->last, max, value);

    if (p == NULL) {
        return 0;
    }

    in->p = p;

    return 1;
}
