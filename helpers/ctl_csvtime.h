/*
 * ctl_csvtime: the time stamps of the public r/place files, read and written
 * by hand: a file has 160 million of them.
 *
 *     2017-04-03 17:38:22.252 UTC     ".252" may have 1 to 9 digits, or none
 *     1491241102252                   Unix milliseconds
 */

#ifndef CTL_CSVTIME_H_INCLUDED
#define CTL_CSVTIME_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

#define CTL_CSVTIME_LEN  (sizeof("2017-04-03 17:38:22.252 UTC") - 1)

/*
 * Reads all of text into Unix milliseconds, what is finer is cut off; years
 * 1970 to 9999.  0: it is no such time.
 */
int ctl_csvtime_read(const char *text, size_t len, int64_t *ms);

/* writes CTL_CSVTIME_LEN bytes, no NUL; years 1970 to 9999, or their ends */
void ctl_csvtime_write(char *p, int64_t ms);

#endif /* CTL_CSVTIME_H_INCLUDED */
