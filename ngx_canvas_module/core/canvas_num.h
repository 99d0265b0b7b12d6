/*
 * canvas_num: unsigned decimal numbers, written fast (updates are encoded a
 * million times a second) and read strictly.
 */

#ifndef CANVAS_NUM_H_INCLUDED
#define CANVAS_NUM_H_INCLUDED

#include "canvas_status.h"

/* the largest integer that a JSON reader keeps exactly: 2^53 - 1 */
#define CANVAS_NUM_SAFE_MAX  UINT64_C(9007199254740991)

/* digits of UINT64_MAX */
#define CANVAS_NUM_LEN_MAX   20

/* digits of value */
size_t canvas_num_len(uint64_t value);

/* writes the digits, no NUL; returns the byte behind them */
char *canvas_num_write(char *p, uint64_t value);

/*
 * Reads digits from p, at most up to last: no sign, no space, no leading
 * zero, not above max.  Returns the byte behind them, NULL if malformed.
 */
const char *canvas_num_read(const char *p, const char *last, uint64_t max,
    uint64_t *value);

#endif /* CANVAS_NUM_H_INCLUDED */
