/*
 * ctl_time: instants as people write them, RFC 3339, and as the helper counts
 * them: microseconds since 1970, UTC, without leap seconds.
 */

#ifndef CTL_TIME_H_INCLUDED
#define CTL_TIME_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CTL_TIME_LEN  32

/*
 * "2026-02-07T14:00:00Z", up to six decimals of a second, any offset; the T
 * may be a space.  False: malformed, or a day that no calendar has.
 */
bool ctl_time_parse(const char *text, int64_t *us);

/* decimals only where there are some; text holds CTL_TIME_LEN bytes */
void ctl_time_format(int64_t us, char *text);

#endif /* CTL_TIME_H_INCLUDED */
