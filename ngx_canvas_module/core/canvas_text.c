/*
 * canvas_text: see the header.
 */

#include "canvas_text.h"
#include "canvas_num.h"

#include <string.h>


static void canvas_text_escape(canvas_text_t *text, unsigned char c);


void
canvas_text_add(canvas_text_t *text, const char *data, size_t len)
{
    if (text->buf) {
        memcpy(text->buf + text->len, data, len);
    }

    text->len += len;
}


void
canvas_text_num(canvas_text_t *text, uint64_t value)
{
    if (text->buf) {
        (void) canvas_num_write(text->buf + text->len, value);
    }

    text->len += canvas_num_len(value);
}


void
canvas_text_seconds(canvas_text_t *text, uint64_t ms)
{
    char      decimals[4];
    size_t    len;
    unsigned  rest;

    canvas_text_num(text, ms / 1000);

    rest = (unsigned) (ms % 1000);

    if (rest == 0) {
        return;
    }

    decimals[0] = '.';
    decimals[1] = (char) ('0' + rest / 100);
    decimals[2] = (char) ('0' + rest / 10 % 10);
    decimals[3] = (char) ('0' + rest % 10);

    for (len = 4; decimals[len - 1] == '0'; len--) { /* void */ }

    canvas_text_add(text, decimals, len);
}


void
canvas_text_string(canvas_text_t *text, const char *string)
{
    size_t  len;

    canvas_text_const(text, "\"");

    for ( /* void */ ; *string; string += len) {

        for (len = 0;
             (unsigned char) string[len] >= 0x20
             && string[len] != '"' && string[len] != '\\';
             len++)
        { /* void */ }

        if (len) {
            canvas_text_add(text, string, len);
            continue;
        }

        canvas_text_escape(text, (unsigned char) *string);
        len = 1;
    }

    canvas_text_const(text, "\"");
}


static void
canvas_text_escape(canvas_text_t *text, unsigned char c)
{
    char  escape[6] = { '\\', 'u', '0', '0', 0, 0 };

    if (c == '"' || c == '\\') {
        escape[1] = (char) c;
        canvas_text_add(text, escape, 2);
        return;
    }

    escape[4] = (char) ('0' + (c >> 4));
    escape[5] = "0123456789abcdef"[c & 0xf];
    canvas_text_add(text, escape, 6);
}
