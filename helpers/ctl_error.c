/*
 * ctl_error: see the header.
 */

#include "ctl_error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>


static void ctl_error_one_line(char *text);


ctl_status_t
ctl_error_set(ctl_error_t *error, ctl_status_t status, const char *format,
    ...)
{
    va_list  args;
    char     text[sizeof(error->text)];

    /* the old sentence may be one of the arguments */
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);

    ctl_error_one_line(text);
    memcpy(error->text, text, sizeof(text));
    error->status = status;

    return status;
}


ctl_status_t
ctl_error_memory(ctl_error_t *error)
{
    return ctl_error_set(error, CTL_FAILED, "out of memory");
}


/* libpq's messages are several lines, the last of them ended by a break */
static void
ctl_error_one_line(char *text)
{
    char    *p;
    size_t   len;

    len = strlen(text);

    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL) {
        text[--len] = '\0';
    }

    for (p = text; *p != '\0'; p++) {
        if (*p == '\n') {
            *p = ';';
        } else if (*p == '\t' || *p == '\r') {
            *p = ' ';
        }
    }
}
