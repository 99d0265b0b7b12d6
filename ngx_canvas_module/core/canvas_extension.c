/*
 * canvas_extension: see the header.
 *
 * An offer is declined, and the next one looked at, for whatever section 7.1
 * of RFC 7692 does not define: another parameter, one that stands twice, a
 * value where there is none or out of range.
 */

#include "canvas_extension.h"

#include <string.h>


/* a longer value is no window size and needs no copy */
#define CANVAS_EXTENSION_VALUE  8


typedef struct {
    const char  *pos;
    const char  *last;
} canvas_extension_in_t;

typedef struct {
    const char  *name;
    size_t       name_len;
    int          valued;
    char         value[CANVAS_EXTENSION_VALUE];
    size_t       value_len;         /* may be more than was kept */
} canvas_extension_param_t;

typedef struct {
    const char  *name;
    int        (*taken)(const canvas_extension_param_t *param);
} canvas_extension_rule_t;


static int canvas_extension_offer(canvas_extension_in_t *in, int *taken);
static int canvas_extension_param(canvas_extension_in_t *in,
    canvas_extension_param_t *param);
static int canvas_extension_quoted(canvas_extension_in_t *in,
    canvas_extension_param_t *param);
static int canvas_extension_judge(const canvas_extension_param_t *param,
    unsigned *seen);
static int canvas_extension_never(const canvas_extension_param_t *param);
static int canvas_extension_bare(const canvas_extension_param_t *param);
static int canvas_extension_server_bits(const canvas_extension_param_t *param);
static int canvas_extension_client_bits(const canvas_extension_param_t *param);
static unsigned canvas_extension_bits(const canvas_extension_param_t *param);
static size_t canvas_extension_token(canvas_extension_in_t *in,
    const char **token);
static int canvas_extension_char(char c);
static void canvas_extension_keep(canvas_extension_param_t *param, char c);
static void canvas_extension_space(canvas_extension_in_t *in);
static int canvas_extension_skip(canvas_extension_in_t *in, char c);


static const canvas_extension_rule_t  canvas_extension_rules[] = {
    { "server_no_context_takeover", canvas_extension_never },
    { "client_no_context_takeover", canvas_extension_bare },
    { "server_max_window_bits", canvas_extension_server_bits },
    { "client_max_window_bits", canvas_extension_client_bits },
    { NULL, NULL }
};


canvas_status_t
canvas_extension_offers(const char *value, size_t len)
{
    int                    taken, one;
    canvas_extension_in_t  in;

    in.pos = value;
    in.last = value + len;
    taken = 0;

    for ( ;; ) {
        canvas_extension_space(&in);

        if (in.pos == in.last) {
            return taken ? CANVAS_OK : CANVAS_DONE;
        }

        /* RFC 9110 section 5.6.1: empty elements of a list are ignored */
        if (canvas_extension_skip(&in, ',')) {
            continue;
        }

        if (!canvas_extension_offer(&in, &one)) {
            return CANVAS_INVALID;
        }

        taken |= one;

        if (in.pos != in.last && !canvas_extension_skip(&in, ',')) {
            return CANVAS_INVALID;
        }
    }
}


/* the functions from here on return 0 for what the grammar does not allow */

static int
canvas_extension_offer(canvas_extension_in_t *in, int *taken)
{
    size_t                     len;
    unsigned                   seen;
    const char                *name;
    canvas_extension_param_t   param;

    len = canvas_extension_token(in, &name);

    if (len == 0) {
        return 0;
    }

    *taken = len == sizeof("permessage-deflate") - 1
             && memcmp(name, "permessage-deflate", len) == 0;
    seen = 0;

    for ( ;; ) {
        canvas_extension_space(in);

        if (!canvas_extension_skip(in, ';')) {
            return 1;
        }

        if (!canvas_extension_param(in, &param)) {
            return 0;
        }

        *taken &= canvas_extension_judge(&param, &seen);
    }
}


/* token [ "=" ( token | quoted-string ) ] */

static int
canvas_extension_param(canvas_extension_in_t *in,
    canvas_extension_param_t *param)
{
    size_t       len;
    const char  *token;

    memset(param, 0, sizeof(canvas_extension_param_t));

    canvas_extension_space(in);
    param->name_len = canvas_extension_token(in, &param->name);

    if (param->name_len == 0) {
        return 0;
    }

    canvas_extension_space(in);

    if (!canvas_extension_skip(in, '=')) {
        return 1;
    }

    param->valued = 1;
    canvas_extension_space(in);

    if (canvas_extension_skip(in, '"')) {
        return canvas_extension_quoted(in, param);
    }

    for (len = canvas_extension_token(in, &token); len; len--) {
        canvas_extension_keep(param, *token++);
    }

    return param->value_len != 0;
}


/* what is quoted has to be a token all the same */

static int
canvas_extension_quoted(canvas_extension_in_t *in,
    canvas_extension_param_t *param)
{
    for ( /* void */ ; in->pos < in->last; in->pos++) {

        if (*in->pos == '"') {
            in->pos++;
            return param->value_len != 0;
        }

        if (*in->pos == '\\' && ++in->pos == in->last) {
            return 0;
        }

        if (!canvas_extension_char(*in->pos)) {
            return 0;
        }

        canvas_extension_keep(param, *in->pos);
    }

    return 0;
}


/* does the offer stand with this parameter? */

static int
canvas_extension_judge(const canvas_extension_param_t *param, unsigned *seen)
{
    unsigned                        bit;
    const canvas_extension_rule_t  *rule;

    bit = 1;

    for (rule = canvas_extension_rules; rule->name; rule++, bit <<= 1) {

        if (strlen(rule->name) != param->name_len
            || memcmp(rule->name, param->name, param->name_len) != 0)
        {
            continue;
        }

        if (*seen & bit) {
            return 0;
        }

        *seen |= bit;

        return rule->taken(param);
    }

    return 0;
}


static int
canvas_extension_never(const canvas_extension_param_t *param)
{
    (void) param;

    return 0;
}


static int
canvas_extension_bare(const canvas_extension_param_t *param)
{
    return !param->valued;
}


static int
canvas_extension_server_bits(const canvas_extension_param_t *param)
{
    return canvas_extension_bits(param) >= CANVAS_EXTENSION_WINDOW;
}


static int
canvas_extension_client_bits(const canvas_extension_param_t *param)
{
    return !param->valued || canvas_extension_bits(param) != 0;
}


/* 8 to 15 without a leading zero, else 0 */

static unsigned
canvas_extension_bits(const canvas_extension_param_t *param)
{
    const char  *v;

    v = param->value;

    if (param->value_len == 1 && (v[0] == '8' || v[0] == '9')) {
        return (unsigned) (v[0] - '0');
    }

    if (param->value_len == 2 && v[0] == '1' && v[1] >= '0' && v[1] <= '5') {
        return 10 + (unsigned) (v[1] - '0');
    }

    return 0;
}


static size_t
canvas_extension_token(canvas_extension_in_t *in, const char **token)
{
    *token = in->pos;

    while (in->pos < in->last && canvas_extension_char(*in->pos)) {
        in->pos++;
    }

    return (size_t) (in->pos - *token);
}


/* RFC 9110 section 5.6.2 */

static int
canvas_extension_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9')
           || (c && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}


static void
canvas_extension_keep(canvas_extension_param_t *param, char c)
{
    if (param->value_len < CANVAS_EXTENSION_VALUE) {
        param->value[param->value_len] = c;
    }

    param->value_len++;
}


static void
canvas_extension_space(canvas_extension_in_t *in)
{
    while (in->pos < in->last && (*in->pos == ' ' || *in->pos == '\t')) {
        in->pos++;
    }
}


static int
canvas_extension_skip(canvas_extension_in_t *in, char c)
{
    if (in->pos == in->last || *in->pos != c) {
        return 0;
    }

    in->pos++;

    return 1;
}
