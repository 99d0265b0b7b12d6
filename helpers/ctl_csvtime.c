/*
 * ctl_csvtime: see the header.
 */

#include "ctl_csvtime.h"

#include <string.h>

#define CTL_CSVTIME_DAY      86400000
#define CTL_CSVTIME_END      INT64_C(253402300800000)   /* of year 9999 */

/* the fixed part: digits and what stands between them */
#define CTL_CSVTIME_FORM     "dddd-dd-dd dd:dd:dd"
#define CTL_CSVTIME_SECONDS  (sizeof(CTL_CSVTIME_FORM) - 1)


static int ctl_csvtime_unix(const char *text, size_t len, int64_t *ms);
static int ctl_csvtime_form(const char *text);
static int ctl_csvtime_fraction(const char **p, const char *last, int *ms);
static int64_t ctl_csvtime_days(int year, int month, int day);
static void ctl_csvtime_date(int64_t days, int *year, int *month, int *day);
static int ctl_csvtime_leap(int year);
static int ctl_csvtime_number(const char *p, int n);
static char *ctl_csvtime_put(char *p, int value, int digits, char behind);


static const uint8_t  ctl_csvtime_month[] = {
    31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
};


int
ctl_csvtime_read(const char *text, size_t len, int64_t *ms)
{
    int          year, month, day, hour, minute, second, part;
    const char  *p, *last;

    if (len < CTL_CSVTIME_SECONDS) {
        return ctl_csvtime_unix(text, len, ms);
    }

    if (!ctl_csvtime_form(text)) {
        return 0;
    }

    year = ctl_csvtime_number(text, 4);
    month = ctl_csvtime_number(text + 5, 2);
    day = ctl_csvtime_number(text + 8, 2);
    hour = ctl_csvtime_number(text + 11, 2);
    minute = ctl_csvtime_number(text + 14, 2);
    second = ctl_csvtime_number(text + 17, 2);

    if (year < 1970 || month < 1 || month > 12 || day < 1
        || day > ctl_csvtime_month[month - 1]
        || (month == 2 && day == 29 && !ctl_csvtime_leap(year))
        || hour > 23 || minute > 59 || second > 60)
    {
        return 0;
    }

    p = text + CTL_CSVTIME_SECONDS;
    last = text + len;

    if (!ctl_csvtime_fraction(&p, last, &part)
        || last - p != 4 || memcmp(p, " UTC", 4) != 0)
    {
        return 0;
    }

    *ms = ctl_csvtime_days(year, month, day) * CTL_CSVTIME_DAY
          + ((hour * 60 + minute) * 60 + second) * INT64_C(1000) + part;

    return 1;
}


void
ctl_csvtime_write(char *p, int64_t ms)
{
    int  year, month, day, rest;

    ms = ms < 0 ? 0 : ms < CTL_CSVTIME_END ? ms : CTL_CSVTIME_END - 1;

    ctl_csvtime_date(ms / CTL_CSVTIME_DAY, &year, &month, &day);
    rest = (int) (ms % CTL_CSVTIME_DAY);

    p = ctl_csvtime_put(p, year, 4, '-');
    p = ctl_csvtime_put(p, month, 2, '-');
    p = ctl_csvtime_put(p, day, 2, ' ');
    p = ctl_csvtime_put(p, rest / 3600000, 2, ':');
    p = ctl_csvtime_put(p, rest / 60000 % 60, 2, ':');
    p = ctl_csvtime_put(p, rest / 1000 % 60, 2, '.');
    p = ctl_csvtime_put(p, rest % 1000, 3, ' ');
    memcpy(p, "UTC", 3);
}


static int
ctl_csvtime_unix(const char *text, size_t len, int64_t *ms)
{
    size_t   i;
    int64_t  value;

    value = 0;

    for (i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return 0;
        }

        value = value * 10 + (text[i] - '0');
    }

    *ms = value;

    return len > 0 && len < 16 && value < CTL_CSVTIME_END;
}


static int
ctl_csvtime_form(const char *text)
{
    size_t             i;
    static const char  form[] = CTL_CSVTIME_FORM;

    for (i = 0; i < CTL_CSVTIME_SECONDS; i++) {
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9'
                           : text[i] != form[i])
        {
            return 0;
        }
    }

    return 1;
}


/* ".5" is 500 ms; nothing is 0 */
static int
ctl_csvtime_fraction(const char **p, const char *last, int *ms)
{
    int  digits, unit;

    *ms = 0;

    if (*p == last || **p != '.') {
        return 1;
    }

    unit = 100;
    digits = 0;

    for ((*p)++; *p < last && **p >= '0' && **p <= '9'; (*p)++, digits++) {
        *ms += (**p - '0') * unit;
        unit /= 10;
    }

    return digits >= 1 && digits <= 9;
}


/* since 1970-01-01; the year begins in March, so that a leap day ends it */
static int64_t
ctl_csvtime_days(int year, int month, int day)
{
    int64_t  y;
    int      of_year;

    y = month <= 2 ? year - 1 : year;
    of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return y * 365 + y / 4 - y / 100 + y / 400 + of_year - 719468;
}


static void
ctl_csvtime_date(int64_t days, int *year, int *month, int *day)
{
    int64_t  era;
    int      of_era, of_year, y, m;

    days += 719468;
    era = days / 146097;                /* of 400 years */
    of_era = (int) (days % 146097);
    y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    of_year = of_era - (365 * y + y / 4 - y / 100);
    m = (5 * of_year + 2) / 153;

    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = (int) (era * 400) + y + (*month <= 2);
}


static int
ctl_csvtime_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}


static int
ctl_csvtime_number(const char *p, int n)
{
    int  value;

    for (value = 0; n > 0; n--) {
        value = value * 10 + (*p++ - '0');
    }

    return value;
}


static char *
ctl_csvtime_put(char *p, int value, int digits, char behind)
{
    int  i;

    for (i = digits - 1; i >= 0; i--) {
        p[i] = (char) ('0' + value % 10);
        value /= 10;
    }

    p[digits] = behind;

    return p + digits + 1;
}
