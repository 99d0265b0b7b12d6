/*
 * ctl_progress: what a long command is doing, on stderr, and only when that
 * is a terminal.  One line that is written over.
 */

#ifndef CTL_PROGRESS_H_INCLUDED
#define CTL_PROGRESS_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void ctl_progress(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* takes the line away */
void ctl_progress_end(void);

/* how much of a known number is done; total is above 0 */
typedef struct {
    const char  *unit;          /* "frames" */
    uint64_t     total;
    bool         shown;         /* stderr is a terminal, and nobody minds */
    int64_t      began;         /* ms, monotonic */
    int64_t      drawn;
} ctl_bar_t;

void ctl_bar_begin(ctl_bar_t *bar, const char *unit, uint64_t total,
    bool quiet);

/* draws a few times a second at most: may be called for every step */
void ctl_bar_step(ctl_bar_t *bar, uint64_t done);

/* takes it away */
void ctl_bar_end(const ctl_bar_t *bar);

/*
 * " 42%  378 of 900 frames  0:12 left  [=====>      ]" in at most columns
 * characters; what does not fit is left out.  elapsed in ms.  size bytes.
 */
void ctl_bar_line(char *buf, size_t size, const ctl_bar_t *bar,
    uint64_t done, int64_t elapsed, unsigned columns);

#endif /* CTL_PROGRESS_H_INCLUDED */
