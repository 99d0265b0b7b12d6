/*
 * canvas_id: see the header.
 */

#include "canvas_id.h"


/* bit i set: a dash stands before byte i of a UUID's text */
#define CANVAS_UUID_DASHES  (1U << 4 | 1U << 6 | 1U << 8 | 1U << 10)


static int canvas_hex_digit(char c);


static const char  canvas_hex_digits[] = "0123456789abcdef";


void
canvas_uuid_v4(uint8_t uuid[16])
{
    /* RFC 4122 section 4.4: version and variant */
    uuid[6] = (uint8_t) ((uuid[6] & 0x0f) | 0x40);
    uuid[8] = (uint8_t) ((uuid[8] & 0x3f) | 0x80);
}


void
canvas_uuid_format(const uint8_t uuid[16], char *text)
{
    unsigned  i;

    for (i = 0; i < 16; i++) {

        if (CANVAS_UUID_DASHES >> i & 1) {
            *text++ = '-';
        }

        *text++ = canvas_hex_digits[uuid[i] >> 4];
        *text++ = canvas_hex_digits[uuid[i] & 0xf];
    }
}


canvas_status_t
canvas_uuid_parse(const char *text, size_t len, uint8_t uuid[16])
{
    int       high, low;
    unsigned  i;

    if (len != CANVAS_UUID_LEN) {
        return CANVAS_INVALID;
    }

    for (i = 0; i < 16; i++) {

        if ((CANVAS_UUID_DASHES >> i & 1) && *text++ != '-') {
            return CANVAS_INVALID;
        }

        high = canvas_hex_digit(*text++);
        low = canvas_hex_digit(*text++);

        if (high < 0 || low < 0) {
            return CANVAS_INVALID;
        }

        uuid[i] = (uint8_t) (high << 4 | low);
    }

    return CANVAS_OK;
}


void
canvas_hex_format(const uint8_t *bytes, size_t n, char *text)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        *text++ = canvas_hex_digits[bytes[i] >> 4];
        *text++ = canvas_hex_digits[bytes[i] & 0xf];
    }
}


canvas_status_t
canvas_session_check(const char *text, size_t len)
{
    size_t  i;

    if (len != CANVAS_SESSION_LEN) {
        return CANVAS_INVALID;
    }

    for (i = 0; i < len; i++) {

        if (canvas_hex_digit(text[i]) < 0 || (text[i] >= 'A' && text[i] <= 'F'))
        {
            return CANVAS_INVALID;
        }
    }

    return CANVAS_OK;
}


static int
canvas_hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }

    return -1;
}
