/*
 * ctl_password: reads a password, and hashes it as the web side checks it.
 */

#ifndef CTL_PASSWORD_H_INCLUDED
#define CTL_PASSWORD_H_INCLUDED

#include "ctl_error.h"

#include <stddef.h>

/* bcrypt reads no more bytes than 72 */
#define CTL_PASSWORD_MIN   8
#define CTL_PASSWORD_MAX   72

/*
 * The first line of path; path == NULL: asked for twice on a terminal, else
 * the first line of standard input.  password holds CTL_PASSWORD_MAX + 1.
 */
ctl_status_t ctl_password_read(const char *path,
    char password[CTL_PASSWORD_MAX + 1], ctl_error_t *error);

/* bcrypt "$2b$12$..."; hash holds size bytes, 61 are enough */
ctl_status_t ctl_password_hash(const char *password, char *hash, size_t size,
    ctl_error_t *error);

#endif /* CTL_PASSWORD_H_INCLUDED */
