/*
 * canvas_status: the one table of what a client can be told.  The sentences
 * are for people; programs go by the name or the binary code.
 */

#include "canvas_status.h"

#include <string.h>


typedef struct {
    const char  *name;
    const char  *sentence;
    uint16_t     http;
    uint8_t      binary;
} canvas_code_info_t;


static const canvas_code_info_t *canvas_code_info(canvas_code_t code);


static const canvas_code_info_t  canvas_codes[CANVAS_CODE_MAX] = {

    [CANVAS_CODE_OK] = {
        "OK", "Done", 200, 0 },
    [CANVAS_CODE_RATE_LIMITED] = {
        "RATE_LIMITED", "Wait for the cooldown to end", 429, 1 },
    [CANVAS_CODE_INVALID_COORDS] = {
        "INVALID_COORDS", "Coordinates are not on the canvas", 400, 2 },
    [CANVAS_CODE_INVALID_COLOR] = {
        "INVALID_COLOR", "Color is not in the palette", 400, 3 },
    [CANVAS_CODE_INVALID_MESSAGE] = {
        "INVALID_MESSAGE", "Message is malformed", 400, 8 },
    [CANVAS_CODE_UNAUTHORIZED] = {
        "UNAUTHORIZED", "Sign in first", 401, 4 },
    [CANVAS_CODE_BANNED] = {
        "BANNED", "This account is banned", 403, 5 },
    [CANVAS_CODE_FORBIDDEN] = {
        "FORBIDDEN", "Not allowed", 403, 0 },
    [CANVAS_CODE_NOT_FOUND] = {
        "NOT_FOUND", "Not found", 404, 0 },
    [CANVAS_CODE_METHOD_NOT_ALLOWED] = {
        "METHOD_NOT_ALLOWED", "Method not allowed", 405, 0 },
    [CANVAS_CODE_CONFLICT] = {
        "CONFLICT", "Conflicts with the current state", 409, 0 },
    [CANVAS_CODE_TOO_LARGE] = {
        "TOO_LARGE", "Request is too large", 413, 0 },
    [CANVAS_CODE_RULE_VIOLATION] = {
        "RULE_VIOLATION", "The game mode does not allow this", 403, 6 },
    [CANVAS_CODE_UNAVAILABLE] = {
        "UNAVAILABLE", "Service temporarily unavailable", 503, 7 },
    [CANVAS_CODE_RESYNC] = {
        "RESYNC", "Fetch the canvas again", 410, 0 },
    [CANVAS_CODE_INTERNAL] = {
        "INTERNAL", "Internal error", 500, 0 }
};


const char *
canvas_code_name(canvas_code_t code)
{
    return canvas_code_info(code)->name;
}


unsigned
canvas_code_http(canvas_code_t code)
{
    return canvas_code_info(code)->http;
}


uint8_t
canvas_code_binary(canvas_code_t code)
{
    return canvas_code_info(code)->binary;
}


const char *
canvas_code_sentence(canvas_code_t code)
{
    return canvas_code_info(code)->sentence;
}


canvas_code_t
canvas_code_find(const char *name, size_t len)
{
    unsigned  code;

    for (code = 0; code < CANVAS_CODE_MAX; code++) {

        if (strlen(canvas_codes[code].name) == len
            && memcmp(canvas_codes[code].name, name, len) == 0)
        {
            return (canvas_code_t) code;
        }
    }

    return CANVAS_CODE_INTERNAL;
}


static const canvas_code_info_t *
canvas_code_info(canvas_code_t code)
{
    if ((unsigned) code >= CANVAS_CODE_MAX) {
        return &canvas_codes[CANVAS_CODE_INTERNAL];
    }

    return &canvas_codes[code];
}
