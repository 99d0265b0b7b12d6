/*
 * ctl_password: see the header.
 */

#include "ctl_password.h"

#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define CTL_PASSWORD_COST  12

/* the longest line read: enough to tell that a password is too long */
#define CTL_PASSWORD_LINE  512


static ctl_status_t ctl_password_ask(char *line, ctl_error_t *error);
static void ctl_password_prompt(const char *prompt, char *line);
static ctl_status_t ctl_password_file(const char *path, char *line,
    ctl_error_t *error);


ctl_status_t
ctl_password_read(const char *path, char password[CTL_PASSWORD_MAX + 1],
    ctl_error_t *error)
{
    char          line[CTL_PASSWORD_LINE];
    size_t        len;
    ctl_status_t  status;

    line[0] = '\0';

    if (path != NULL) {
        status = ctl_password_file(path, line, error);

    } else if (isatty(STDIN_FILENO)) {
        status = ctl_password_ask(line, error);

    } else {
        status = CTL_OK;
        if (fgets(line, sizeof(line), stdin) == NULL) {
            line[0] = '\0';
        }
    }

    line[strcspn(line, "\r\n")] = '\0';
    len = strlen(line);

    if (status == CTL_OK && (len < CTL_PASSWORD_MIN
                             || len > CTL_PASSWORD_MAX))
    {
        status = ctl_error_set(error, CTL_FAILED,
                               "a password has %d to %d bytes, this one %zu",
                               CTL_PASSWORD_MIN, CTL_PASSWORD_MAX, len);
    }

    if (status == CTL_OK) {
        memcpy(password, line, len + 1);
    }

    explicit_bzero(line, sizeof(line));

    return status;
}


ctl_status_t
ctl_password_hash(const char *password, char *hash, size_t size,
    ctl_error_t *error)
{
    char               salt[CRYPT_GENSALT_OUTPUT_SIZE];
    const char        *result;
    struct crypt_data  data;

    memset(&data, 0, sizeof(data));

    if (crypt_gensalt_rn("$2b$", CTL_PASSWORD_COST, NULL, 0, salt,
                         sizeof(salt)) == NULL)
    {
        return ctl_error_set(error, CTL_FAILED, "bcrypt: %s",
                             strerror(errno));
    }

    result = crypt_r(password, salt, &data);

    if (result == NULL || result[0] == '*' || strlen(result) >= size) {
        return ctl_error_set(error, CTL_FAILED, "bcrypt: %s",
                             strerror(errno));
    }

    memcpy(hash, result, strlen(result) + 1);
    explicit_bzero(&data, sizeof(data));

    return CTL_OK;
}


static ctl_status_t
ctl_password_ask(char *line, ctl_error_t *error)
{
    int             same;
    char            again[CTL_PASSWORD_LINE];
    struct termios  shown, hidden;

    if (tcgetattr(STDIN_FILENO, &shown) != 0) {
        return ctl_error_set(error, CTL_FAILED, "terminal: %s",
                             strerror(errno));
    }

    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t) ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);

    ctl_password_prompt("Password: ", line);
    ctl_password_prompt("Again: ", again);

    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);

    same = strcmp(line, again) == 0;
    explicit_bzero(again, sizeof(again));

    return same ? CTL_OK : ctl_error_set(error, CTL_FAILED,
                                         "the two passwords differ");
}


static void
ctl_password_prompt(const char *prompt, char *line)
{
    fputs(prompt, stderr);

    if (fgets(line, CTL_PASSWORD_LINE, stdin) == NULL) {
        line[0] = '\0';
    }

    fputs("\n", stderr);
}


static ctl_status_t
ctl_password_file(const char *path, char *line, ctl_error_t *error)
{
    FILE  *file;

    file = fopen(path, "re");
    if (file == NULL) {
        return ctl_error_set(error, CTL_FAILED, "cannot read %s: %s", path,
                             strerror(errno));
    }

    if (fgets(line, CTL_PASSWORD_LINE, file) == NULL) {
        line[0] = '\0';
    }

    fclose(file);

    return CTL_OK;
}
