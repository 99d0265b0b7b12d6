/*
 * ctl_progress: see the header.
 */

#include "ctl_progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* return to column 1, erase the line (ECMA-48 EL) */
#define CTL_PROGRESS_CLEAR  "\r\033[2K"

#define CTL_BAR_EVERY_MS    100
#define CTL_BAR_LINE        256
#define CTL_BAR_COLUMNS     80          /* when the terminal does not say */
#define CTL_BAR_MIN         10          /* below, brackets say nothing */
#define CTL_BAR_MAX         40

/* an estimate from less is a guess */
#define CTL_BAR_KNOWN_MS    1000


static void ctl_bar_brackets(char *p, unsigned width, unsigned percent);
static unsigned ctl_bar_columns(void);
static int64_t ctl_bar_now(void);


void
ctl_progress(const char *format, ...)
{
    va_list  args;

    if (!isatty(STDERR_FILENO)) {
        return;
    }

    fputs(CTL_PROGRESS_CLEAR, stderr);

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);

    fflush(stderr);
}


void
ctl_progress_end(void)
{
    if (isatty(STDERR_FILENO)) {
        fputs(CTL_PROGRESS_CLEAR, stderr);
    }
}


void
ctl_bar_begin(ctl_bar_t *bar, const char *unit, uint64_t total, bool quiet)
{
    bar->unit = unit;
    bar->total = total;
    bar->shown = !quiet && isatty(STDERR_FILENO);
    bar->began = ctl_bar_now();
    bar->drawn = bar->began - CTL_BAR_EVERY_MS;

    ctl_bar_step(bar, 0);
}


void
ctl_bar_step(ctl_bar_t *bar, uint64_t done)
{
    char     line[CTL_BAR_LINE];
    int64_t  now;

    if (!bar->shown) {
        return;
    }

    now = ctl_bar_now();

    if (now - bar->drawn < CTL_BAR_EVERY_MS) {
        return;
    }

    bar->drawn = now;
    ctl_bar_line(line, sizeof(line), bar, done, now - bar->began,
                 ctl_bar_columns());
    ctl_progress("%s", line);
}


void
ctl_bar_end(const ctl_bar_t *bar)
{
    if (bar->shown) {
        ctl_progress_end();
    }
}


void
ctl_bar_line(char *buf, size_t size, const ctl_bar_t *bar, uint64_t done,
    int64_t elapsed, unsigned columns)
{
    char      count[64], left[32];
    size_t    i, len, n;
    int64_t   seconds;
    unsigned  percent, width;

    const char *const  parts[] = { count, left };

    done = done < bar->total ? done : bar->total;
    percent = (unsigned) (100.0 * done / bar->total);
    columns = columns < size ? columns : (unsigned) size - 1;
    *left = '\0';

    snprintf(count, sizeof(count), "  %" PRIu64 " of %" PRIu64 " %s", done,
             bar->total, bar->unit);

    if (done > 0 && elapsed >= CTL_BAR_KNOWN_MS) {
        seconds = (int64_t) ((double) elapsed * (bar->total - done) / done)
                  / 1000;
        snprintf(left, sizeof(left), "  %" PRId64 ":%02d left", seconds / 60,
                 (int) (seconds % 60));
    }

    len = snprintf(buf, columns + 1, "%3u%%", percent);

    for (i = 0; i < 2; i++) {
        n = strlen(parts[i]);

        if (len + n > columns) {
            return;
        }

        memcpy(buf + len, parts[i], n + 1);
        len += n;
    }

    /* two spaces and two brackets */
    if (len + 4 + CTL_BAR_MIN <= columns) {
        width = columns - (unsigned) len - 4;
        width = width < CTL_BAR_MAX ? width : CTL_BAR_MAX;
        ctl_bar_brackets(buf + len, width, percent);
    }
}


static void
ctl_bar_brackets(char *p, unsigned width, unsigned percent)
{
    unsigned  i, full;

    full = width * percent / 100;

    *p++ = ' ';
    *p++ = ' ';
    *p++ = '[';

    for (i = 0; i < width; i++) {
        *p++ = i < full ? '=' : i == full ? '>' : ' ';
    }

    *p++ = ']';
    *p = '\0';
}


/* one less than there are: some terminals wrap behind the last */
static unsigned
ctl_bar_columns(void)
{
    struct winsize  size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) {
        return CTL_BAR_COLUMNS - 1;
    }

    return size.ws_col - 1;
}


static int64_t
ctl_bar_now(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_MONOTONIC, &now);

    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
