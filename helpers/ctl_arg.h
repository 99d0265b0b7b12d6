/*
 * ctl_arg: the values of options, read strictly.  False: malformed or out of
 * range; what to say about it the command knows.
 */

#ifndef CTL_ARG_H_INCLUDED
#define CTL_ARG_H_INCLUDED

#include <stdbool.h>
#include <stdint.h>

/* a part of a canvas; width 0: all of it */
typedef struct {
    unsigned  x;
    unsigned  y;
    unsigned  width;
    unsigned  height;
} ctl_rect_t;

/* digits alone, min to max */
bool ctl_arg_number(const char *text, uint64_t min, uint64_t max,
    uint64_t *value);

/* seconds with up to 3 decimals, as ms; min_ms to max_ms */
bool ctl_arg_seconds(const char *text, unsigned min_ms, unsigned max_ms,
    unsigned *ms);

/* "X,Y,W,H", each below 65536, W and H at least 1 */
bool ctl_arg_rect(const char *text, ctl_rect_t *rect);

bool ctl_arg_uuid(const char *text);

#endif /* CTL_ARG_H_INCLUDED */
