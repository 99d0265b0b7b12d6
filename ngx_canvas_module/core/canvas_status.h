/*
 * canvas_status: the two small vocabularies of the core.
 *
 * canvas_status_t is what core functions return.  canvas_code_t is what a
 * client is told: the table in canvas_status.c holds the name, the HTTP
 * status, the binary code (canvas.v1.bin) and the sentence of each; no other
 * file knows them.
 */

#ifndef CANVAS_STATUS_H_INCLUDED
#define CANVAS_STATUS_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

typedef enum {
    CANVAS_OK = 0,
    CANVAS_AGAIN,       /* need more input */
    CANVAS_DONE,        /* already applied: nothing to do */
    CANVAS_GAP,         /* changes in between are missing */
    CANVAS_STALE,       /* another epoch, or older than what is kept */
    CANVAS_INVALID,     /* malformed or out of range input */
    CANVAS_TOO_LARGE,
    CANVAS_NO_MEMORY,
    CANVAS_ERROR
} canvas_status_t;

typedef enum {
    CANVAS_CODE_OK = 0,
    CANVAS_CODE_RATE_LIMITED,
    CANVAS_CODE_INVALID_COORDS,
    CANVAS_CODE_INVALID_COLOR,
    CANVAS_CODE_INVALID_MESSAGE,
    CANVAS_CODE_UNAUTHORIZED,
    CANVAS_CODE_BANNED,
    CANVAS_CODE_FORBIDDEN,
    CANVAS_CODE_NOT_FOUND,
    CANVAS_CODE_METHOD_NOT_ALLOWED,
    CANVAS_CODE_CONFLICT,
    CANVAS_CODE_TOO_LARGE,
    CANVAS_CODE_RULE_VIOLATION,
    CANVAS_CODE_UNAVAILABLE,
    CANVAS_CODE_RESYNC,
    CANVAS_CODE_INTERNAL,
    CANVAS_CODE_MAX
} canvas_code_t;

/* "RATE_LIMITED" and so on; never NULL */
const char *canvas_code_name(canvas_code_t code);

/* HTTP status: 429, 400, ... */
unsigned canvas_code_http(canvas_code_t code);

/* code byte of the binary error frame; 0 where there is none */
uint8_t canvas_code_binary(canvas_code_t code);

/* sentence for the client; never NULL */
const char *canvas_code_sentence(canvas_code_t code);

/* by name; CANVAS_CODE_INTERNAL when unknown */
canvas_code_t canvas_code_find(const char *name, size_t len);

#endif /* CANVAS_STATUS_H_INCLUDED */
