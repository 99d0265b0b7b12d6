/*
 * ctl_output: see the header.
 */

#include "ctl_output.h"

#include "ctl_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CTL_OUTPUT_ROOM    4096
#define CTL_OUTPUT_WINDOW  (15 + 16)        /* gzip */


static ctl_status_t ctl_output_file(ctl_output_t *output, const char *path,
    ctl_error_t *error);
static ctl_status_t ctl_output_flush(ctl_output_t *output, int how,
    ctl_error_t *error);
static ctl_status_t ctl_output_error(const ctl_output_t *output,
    ctl_error_t *error);


ctl_status_t
ctl_output_open(ctl_output_t *output, const char *path, bool gzip,
    ctl_error_t *error)
{
    ctl_status_t  status;

    memset(output, 0, sizeof(*output));
    output->fd = STDOUT_FILENO;
    output->name = "standard output";

    if (strcmp(path, "-") != 0) {
        status = ctl_output_file(output, path, error);
        if (status != CTL_OK) {
            return status;
        }
    }

    output->buf = malloc(CTL_OUTPUT_BUFFER + CTL_OUTPUT_ROOM);
    output->packed = gzip ? malloc(CTL_OUTPUT_BUFFER) : NULL;

    if (output->buf == NULL || (gzip && output->packed == NULL)
        || (gzip && deflateInit2(&output->z, Z_DEFAULT_COMPRESSION,
                                 Z_DEFLATED, CTL_OUTPUT_WINDOW, 8,
                                 Z_DEFAULT_STRATEGY) != Z_OK))
    {
        ctl_output_close(output);
        return ctl_error_memory(error);
    }

    output->gzip = gzip;

    return CTL_OK;
}


ctl_status_t
ctl_output_room(ctl_output_t *output, size_t n, char **p, ctl_error_t *error)
{
    ctl_status_t  status;

    if (output->len + n > CTL_OUTPUT_BUFFER) {
        status = ctl_output_flush(output, Z_NO_FLUSH, error);
        if (status != CTL_OK) {
            return status;
        }
    }

    *p = output->buf + output->len;

    return CTL_OK;
}


void
ctl_output_put(ctl_output_t *output, size_t n)
{
    output->len += n;
}


ctl_status_t
ctl_output_commit(ctl_output_t *output, ctl_error_t *error)
{
    int           fd;
    ctl_status_t  status;

    status = ctl_output_flush(output, Z_FINISH, error);

    if (status != CTL_OK || output->path == NULL) {
        return status;
    }

    if (fchmod(output->fd, 0644) != 0 || fsync(output->fd) != 0) {
        return ctl_output_error(output, error);
    }

    fd = output->fd;
    output->fd = -1;

    if (close(fd) != 0 || rename(output->temporary, output->path) != 0) {
        return ctl_output_error(output, error);
    }

    output->temporary[0] = '\0';

    return CTL_OK;
}


void
ctl_output_close(ctl_output_t *output)
{
    if (output->gzip) {
        deflateEnd(&output->z);
    }

    if (output->path != NULL && output->fd >= 0) {
        close(output->fd);
    }

    if (output->temporary[0] != '\0') {
        unlink(output->temporary);
    }

    free(output->buf);
    free(output->packed);
    memset(output, 0, sizeof(*output));
    output->fd = -1;
}


static ctl_status_t
ctl_output_file(ctl_output_t *output, const char *path, ctl_error_t *error)
{
    char         copy[PATH_MAX];
    struct stat  st;

    output->path = path;
    output->name = path;

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        return ctl_error_set(error, CTL_FAILED,
                             "cannot write %s: it is no regular file", path);
    }

    if (strlen(path) >= sizeof(copy)) {
        errno = ENAMETOOLONG;
        return ctl_output_error(output, error);
    }

    strcpy(copy, path);

    if (snprintf(output->temporary, sizeof(output->temporary),
                 "%s/.canvas-XXXXXX", dirname(copy))
        >= (int) sizeof(output->temporary))
    {
        output->temporary[0] = '\0';
        errno = ENAMETOOLONG;
        return ctl_output_error(output, error);
    }

    output->fd = mkostemp(output->temporary, O_CLOEXEC);

    if (output->fd < 0) {
        output->temporary[0] = '\0';
        return ctl_output_error(output, error);
    }

    return CTL_OK;
}


/* how: of zlib; Z_FINISH writes the end, too */
static ctl_status_t
ctl_output_flush(ctl_output_t *output, int how, ctl_error_t *error)
{
    ctl_status_t  status;

    status = CTL_OK;

    if (!output->gzip) {
        status = ctl_file_write_fd(output->fd, output->name, output->buf,
                                   output->len, error);
        output->len = 0;
        return status;
    }

    output->z.next_in = (Bytef *) output->buf;
    output->z.avail_in = output->len;

    do {
        output->z.next_out = (Bytef *) output->packed;
        output->z.avail_out = CTL_OUTPUT_BUFFER;

        deflate(&output->z, how);

        status = ctl_file_write_fd(output->fd, output->name, output->packed,
                                   CTL_OUTPUT_BUFFER - output->z.avail_out,
                                   error);
    } while (status == CTL_OK && output->z.avail_out == 0);

    output->len = 0;

    return status;
}


static ctl_status_t
ctl_output_error(const ctl_output_t *output, ctl_error_t *error)
{
    return ctl_error_set(error, CTL_FAILED, "cannot write %.256s: %s",
                         output->name, strerror(errno));
}
