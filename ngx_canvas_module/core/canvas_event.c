/*
 * canvas_event: see the header.  Strict: what the Function library does not
 * write is malformed.
 */

#include "canvas_event.h"
#include "canvas_num.h"

#include <string.h>


typedef struct {
    const char  *p;
    const char  *last;
} canvas_event_input_t;


static canvas_status_t canvas_event_pixel(const uint8_t *p,
    canvas_event_t *event);
static int canvas_event_kind(const uint8_t *p);
static canvas_status_t canvas_event_marker(canvas_event_input_t *in,
    canvas_event_t *event);
static canvas_status_t canvas_event_notice(const char *line, size_t len,
    canvas_event_t *event);
static size_t canvas_event_id_extent(const char *text, size_t len);
static size_t canvas_event_extent(const char *text, size_t len);
static size_t canvas_event_line(const char *text, size_t len);
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

/* canvas_audience_t */
static const char  canvas_audiences[] = { '*', 'l', 's' };

/* "<epoch>-<seq> " */
#define CANVAS_EVENT_ID_MAX  34

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

    switch (*text) {

    case CANVAS_EVENT_PIXEL:
        return len == CANVAS_EVENT_PIXEL_LEN
               ? canvas_event_pixel((const uint8_t *) text, event)
               : CANVAS_INVALID;

    case CANVAS_EVENT_MARKER:
        in.p = text + 1;
        in.last = text + len;
        return canvas_event_marker(&in, event);

    default:
        return CANVAS_INVALID;
    }
}


size_t
canvas_event_pixel_format(char *buf, const canvas_event_t *event)
{
    int       i;
    uint8_t  *p;

    p = (uint8_t *) buf;

    *p++ = CANVAS_EVENT_PIXEL;
    *p++ = (uint8_t) (event->x >> 8);
    *p++ = (uint8_t) event->x;
    *p++ = (uint8_t) (event->y >> 8);
    *p++ = (uint8_t) event->y;
    *p++ = event->color;
    *p++ = event->old;
    *p++ = (uint8_t) event->kind;

    memcpy(p, event->actor, sizeof(event->actor));
    p += sizeof(event->actor);

    *p++ = event->faction;

    for (i = 48; i >= 0; i -= 8) {
        *p++ = (uint8_t) (event->ms >> i);
    }

    return CANVAS_EVENT_PIXEL_LEN;
}


canvas_status_t
canvas_event_next(const char **text, size_t *len, canvas_event_t *event)
{
    size_t            n, id;
    const char       *p;
    canvas_status_t   status;

    if (*len == 0) {
        return CANVAS_DONE;
    }

    p = *text;

    if (*p == CANVAS_EVENT_RULES) {
        memset(event, 0, sizeof(canvas_event_t));
        event->type = CANVAS_EVENT_RULES;
        n = canvas_event_line(p, *len);
        status = CANVAS_OK;

    } else if (*p == CANVAS_EVENT_NOTICE) {
        n = canvas_event_line(p, *len);
        status = canvas_event_notice(p, n, event);

    } else {
        id = canvas_event_id_extent(p, *len);
        n = id + canvas_event_extent(p + id, *len - id);

        status = id ? canvas_event_id_parse(p, id - 1, &event->epoch,
                                            &event->seq)
                    : CANVAS_INVALID;

        if (status == CANVAS_OK) {
            status = canvas_event_parse(p + id, n - id, event);
        }
    }

    if (n < *len && p[n] != '\n') {
        /* something hangs on to a pixel */
        n += canvas_event_line(p + n, *len - n);
        status = CANVAS_INVALID;
    }

    n += (n < *len);

    *text += n;
    *len -= n;

    return status;
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


static canvas_status_t
canvas_event_pixel(const uint8_t *p, canvas_event_t *event)
{
    int       i;
    uint64_t  ms;

    if (!canvas_event_kind(p)) {
        return CANVAS_INVALID;
    }

    ms = 0;

    for (i = 25; i < CANVAS_EVENT_PIXEL_LEN; i++) {
        ms = ms << 8 | p[i];
    }

    if (ms > CANVAS_NUM_SAFE_MAX) {
        return CANVAS_INVALID;
    }

    event->type = CANVAS_EVENT_PIXEL;
    event->ms = ms;
    event->x = (uint16_t) (p[1] << 8 | p[2]);
    event->y = (uint16_t) (p[3] << 8 | p[4]);
    event->color = p[5];
    event->old = p[6];
    event->kind = (char) p[7];
    memcpy(event->actor, p + 8, sizeof(event->actor));
    event->faction = p[24];
    event->reason = CANVAS_REASON_NONE;
    event->audience = 0;
    event->json = NULL;
    event->json_len = 0;

    return CANVAS_OK;
}


/* of a pixel; a system has neither an actor nor a faction */

static int
canvas_event_kind(const uint8_t *p)
{
    static const uint8_t  nobody[17];

    switch (p[7]) {

    case 'u':
    case 'g':
    case 'a':
        return 1;

    case 's':
        return memcmp(p + 8, nobody, sizeof(nobody)) == 0;

    default:
        return 0;
    }
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
    event->faction = 0;
    event->reason = reason;
    event->audience = 0;
    event->json = in->p;
    event->json_len = (size_t) (in->last - in->p);

    return CANVAS_OK;
}


/* n<audience>{...} */

static canvas_status_t
canvas_event_notice(const char *line, size_t len, canvas_event_t *event)
{
    if (len < 4
        || memchr(canvas_audiences, line[1], sizeof(canvas_audiences)) == NULL
        || line[2] != '{' || line[len - 1] != '}')
    {
        return CANVAS_INVALID;
    }

    memset(event, 0, sizeof(canvas_event_t));
    event->type = CANVAS_EVENT_NOTICE;
    event->audience = (canvas_audience_t) line[1];
    event->json = line + 2;
    event->json_len = len - 2;

    return CANVAS_OK;
}


/* bytes of "<epoch>-<seq> ", 0 when there is no such thing */

static size_t
canvas_event_id_extent(const char *text, size_t len)
{
    const char  *space;

    if (len > CANVAS_EVENT_ID_MAX) {
        len = CANVAS_EVENT_ID_MAX;
    }

    space = memchr(text, ' ', canvas_event_line(text, len));

    return space ? (size_t) (space + 1 - text) : 0;
}


/* a pixel may hold any byte: its end is told by its length */

static size_t
canvas_event_extent(const char *text, size_t len)
{
    return len >= CANVAS_EVENT_PIXEL_LEN && *text == CANVAS_EVENT_PIXEL
           ? CANVAS_EVENT_PIXEL_LEN : canvas_event_line(text, len);
}


/* bytes before the line feed, or all */

static size_t
canvas_event_line(const char *text, size_t len)
{
    const char  *end;

    end = memchr(text, '\n', len);

    return end ? (size_t) (end - text) : len;
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
