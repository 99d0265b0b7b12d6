/*
 * canvas_utf8: see the header.  The lead byte fixes how many continuation
 * bytes follow and the range of the first of them (RFC 3629 section 4); that
 * range is what excludes overlong forms, surrogates and more than U+10FFFF.
 */

#include "canvas_utf8.h"

#include <string.h>


typedef struct {
    uint8_t        lead_max;
    canvas_utf8_t  next;
} canvas_utf8_lead_t;


static const canvas_utf8_lead_t *canvas_utf8_lead(uint8_t c);
static const uint8_t *canvas_utf8_skip_ascii(const uint8_t *p,
    const uint8_t *last);


/* by lead byte, rising: the first row with lead_max >= byte */
static const canvas_utf8_lead_t  canvas_utf8_leads[] = {
    { 0xc1, { 0, 0x00, 0x00 } },            /* stray or overlong: invalid */
    { 0xdf, { 1, 0x80, 0xbf } },
    { 0xe0, { 2, 0xa0, 0xbf } },
    { 0xec, { 2, 0x80, 0xbf } },
    { 0xed, { 2, 0x80, 0x9f } },
    { 0xef, { 2, 0x80, 0xbf } },
    { 0xf0, { 3, 0x90, 0xbf } },
    { 0xf3, { 3, 0x80, 0xbf } },
    { 0xf4, { 3, 0x80, 0x8f } },
    { 0xff, { 0, 0x00, 0x00 } }             /* beyond U+10FFFF: invalid */
};


canvas_status_t
canvas_utf8_feed(canvas_utf8_t *utf8, const uint8_t *text, size_t len)
{
    uint8_t                    c;
    const uint8_t             *p, *last;
    const canvas_utf8_lead_t  *lead;

    p = text;
    last = text + len;

    for ( ;; ) {

        if (utf8->left == 0) {
            p = canvas_utf8_skip_ascii(p, last);
        }

        if (p == last) {
            return utf8->left ? CANVAS_AGAIN : CANVAS_OK;
        }

        c = *p++;

        if (utf8->left) {

            if (c < utf8->low || c > utf8->high) {
                return CANVAS_INVALID;
            }

            utf8->left--;
            utf8->low = 0x80;
            utf8->high = 0xbf;
            continue;
        }

        lead = canvas_utf8_lead(c);

        if (lead->next.left == 0) {
            return CANVAS_INVALID;
        }

        *utf8 = lead->next;
    }
}


static const canvas_utf8_lead_t *
canvas_utf8_lead(uint8_t c)
{
    const canvas_utf8_lead_t  *lead;

    for (lead = canvas_utf8_leads; c > lead->lead_max; lead++) { /* void */ }

    return lead;
}


static const uint8_t *
canvas_utf8_skip_ascii(const uint8_t *p, const uint8_t *last)
{
    uint64_t  word;

    while (last - p >= 8) {
        memcpy(&word, p, 8);

        if (word & UINT64_C(0x8080808080808080)) {
            break;
        }

        p += 8;
    }

    while (p < last && *p < 0x80) {
        p++;
    }

    return p;
}
