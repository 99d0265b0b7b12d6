/*
 * canvas_id: UUIDs (RFC 4122) and hexadecimal session ids, as text and as
 * bytes.  Randomness is the caller's.
 */

#ifndef CANVAS_ID_H_INCLUDED
#define CANVAS_ID_H_INCLUDED

#include "canvas_status.h"

#define CANVAS_UUID_LEN     36      /* text, without NUL */
#define CANVAS_SESSION_LEN  64      /* hex digits of 32 random bytes */

/* turns 16 random bytes into a version 4 UUID, in place */
void canvas_uuid_v4(uint8_t uuid[16]);

/* writes 36 characters, lower case, no NUL */
void canvas_uuid_format(const uint8_t uuid[16], char *text);

/* 8-4-4-4-12 hex digits of either case; CANVAS_INVALID otherwise */
canvas_status_t canvas_uuid_parse(const char *text, size_t len,
    uint8_t uuid[16]);

/* writes 2 * n lower case hex digits, no NUL */
void canvas_hex_format(const uint8_t *bytes, size_t n, char *text);

/* CANVAS_OK if text is exactly 64 lower case hex digits */
canvas_status_t canvas_session_check(const char *text, size_t len);

#endif /* CANVAS_ID_H_INCLUDED */
