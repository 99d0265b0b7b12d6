/*
 * ctl_bytea: a bytea as a text parameter of PostgreSQL, gzip included.
 */

#ifndef CTL_BYTEA_H_INCLUDED
#define CTL_BYTEA_H_INCLUDED

#include "ctl_error.h"

#include <libpq-fe.h>
#include <stdint.h>

/* gzip of data as "\x..." text, malloc()ed */
ctl_status_t ctl_bytea_pack(const uint8_t *data, size_t len, char **text,
    ctl_error_t *error);

/*
 * The inverse, of a text column: out holds size bytes, and exactly as many
 * have to come out.
 */
ctl_status_t ctl_bytea_unpack(const char *text, uint8_t *out, size_t size,
    ctl_error_t *error);

#endif /* CTL_BYTEA_H_INCLUDED */
