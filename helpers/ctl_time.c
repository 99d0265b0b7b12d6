/*
 * ctl_time: see the header.
 */

#include "ctl_time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define CTL_TIME_SECOND    INT64_C(1000000)
#define CTL_TIME_DECIMALS  6


static const char *ctl_time_digits(const char *p, unsigned n, unsigned max,
    int *value);
static const char *ctl_time_clock(const char *p, struct tm *tm);
static const char *ctl_time_decimals(const char *p, int64_t *us);
static const char *ctl_time_offset(const char *p, int *seconds);


bool
ctl_time_parse(const char *text, int64_t *us)
{
    int          offset;
    time_t       seconds;
    int64_t      decimals;
    struct tm    tm, check;
    const char  *p;

    memset(&tm, 0, sizeof(tm));
    decimals = 0;
    offset = 0;

    p = ctl_time_clock(text, &tm);

    if (p != NULL) {
        p = ctl_time_decimals(p, &decimals);
    }

    if (p != NULL) {
        p = ctl_time_offset(p, &offset);
    }

    if (p == NULL || *p != '\0') {
        return false;
    }

    check = tm;
    seconds = timegm(&check);

    /* what timegm() had to normalise is no date: 30 February */
    if (check.tm_mday != tm.tm_mday || check.tm_mon != tm.tm_mon) {
        return false;
    }

    *us = ((int64_t) seconds - offset) * CTL_TIME_SECOND + decimals;

    return true;
}


void
ctl_time_format(int64_t us, char *text)
{
    size_t     len;
    time_t     seconds;
    int64_t    rest;
    struct tm  tm;

    rest = us % CTL_TIME_SECOND;
    rest += rest < 0 ? CTL_TIME_SECOND : 0;
    seconds = (us - rest) / CTL_TIME_SECOND;

    if (gmtime_r(&seconds, &tm) == NULL) {
        snprintf(text, CTL_TIME_LEN, "?");
        return;
    }

    len = strftime(text, CTL_TIME_LEN, "%Y-%m-%dT%H:%M:%S", &tm);

    if (rest != 0) {
        len += snprintf(text + len, CTL_TIME_LEN - len, ".%06d", (int) rest);

        while (text[len - 1] == '0') {
            len--;
        }
    }

    snprintf(text + len, CTL_TIME_LEN - len, "Z");
}


/* n digits, at most max; NULL: they are not there */
static const char *
ctl_time_digits(const char *p, unsigned n, unsigned max, int *value)
{
    unsigned  number;

    for (number = 0; n > 0; n--, p++) {
        if (*p < '0' || *p > '9') {
            return NULL;
        }

        number = number * 10 + (*p - '0');
    }

    *value = (int) number;

    return number <= max ? p : NULL;
}


/* YYYY-MM-DDThh:mm:ss */
static const char *
ctl_time_clock(const char *p, struct tm *tm)
{
    size_t  i;

    const struct {
        unsigned     digits;
        unsigned     max;
        const char  *behind;        /* one of these follows; "": nothing */
        int         *value;
    } parts[] = {
        { 4, 9999, "-", &tm->tm_year },
        { 2, 12, "-", &tm->tm_mon },
        { 2, 31, "Tt ", &tm->tm_mday },
        { 2, 23, ":", &tm->tm_hour },
        { 2, 59, ":", &tm->tm_min },
        { 2, 59, "", &tm->tm_sec }
    };

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        p = ctl_time_digits(p, parts[i].digits, parts[i].max,
                            parts[i].value);
        if (p == NULL) {
            return NULL;
        }

        if (*parts[i].behind == '\0') {
            break;
        }

        if (*p == '\0' || strchr(parts[i].behind, *p) == NULL) {
            return NULL;
        }

        p++;
    }

    if (tm->tm_mon < 1 || tm->tm_mday < 1) {
        return NULL;
    }

    tm->tm_year -= 1900;
    tm->tm_mon -= 1;

    return p;
}


static const char *
ctl_time_decimals(const char *p, int64_t *us)
{
    int      digit, n;
    int64_t  unit;

    if (*p != '.') {
        return p;
    }

    p++;
    unit = CTL_TIME_SECOND;

    for (n = 0; n < CTL_TIME_DECIMALS && *p >= '0' && *p <= '9'; n++, p++) {
        digit = *p - '0';
        unit /= 10;
        *us += digit * unit;
    }

    return n > 0 ? p : NULL;
}


/* Z, or +hh:mm */
static const char *
ctl_time_offset(const char *p, int *seconds)
{
    int  sign, hours, minutes;

    if (*p == 'Z' || *p == 'z') {
        return p + 1;
    }

    if (*p != '+' && *p != '-') {
        return NULL;
    }

    sign = *p == '-' ? -1 : 1;
    p = ctl_time_digits(p + 1, 2, 23, &hours);

    if (p == NULL || *p != ':') {
        return NULL;
    }

    p = ctl_time_digits(p + 1, 2, 59, &minutes);
    if (p == NULL) {
        return NULL;
    }

    *seconds = sign * (hours * 3600 + minutes * 60);

    return p;
}
