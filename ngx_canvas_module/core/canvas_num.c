/*
 * canvas_num: see the header.  Two digits a division, from a table.
 */

#include "canvas_num.h"

#include <string.h>


static const char  canvas_num_pairs[] =
    "00010203040506070809" "10111213141516171819"
    "20212223242526272829" "30313233343536373839"
    "40414243444546474849" "50515253545556575859"
    "60616263646566676869" "70717273747576777879"
    "80818283848586878889" "90919293949596979899";


size_t
canvas_num_len(uint64_t value)
{
    size_t  n;

    for (n = 1; value >= 10; n++) {
        value /= 10;
    }

    return n;
}


char *
canvas_num_write(char *p, uint64_t value)
{
    char    digits[CANVAS_NUM_LEN_MAX];
    char   *d;
    size_t  n;

    d = digits + sizeof(digits);

    while (value >= 100) {
        d -= 2;
        memcpy(d, &canvas_num_pairs[value % 100 * 2], 2);
        value /= 100;
    }

    if (value >= 10) {
        d -= 2;
        memcpy(d, &canvas_num_pairs[value * 2], 2);

    } else {
        *--d = (char) ('0' + value);
    }

    n = (size_t) (digits + sizeof(digits) - d);
    memcpy(p, d, n);

    return p + n;
}


const char *
canvas_num_read(const char *p, const char *last, uint64_t max,
    uint64_t *value)
{
    uint64_t     n, digit;
    const char  *first;

    n = 0;
    first = p;

    for ( /* void */ ; p < last && *p >= '0' && *p <= '9'; p++) {
        digit = (uint64_t) (*p - '0');

        if (n > UINT64_MAX / 10
            || (n == UINT64_MAX / 10 && digit > UINT64_MAX % 10))
        {
            return NULL;
        }

        n = n * 10 + digit;
    }

    if (p == first || (*first == '0' && p - first > 1) || n > max) {
        return NULL;
    }

    *value = n;

    return p;
}
