/*
 * ctl_file: see the header.
 */

#include "ctl_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


static ctl_status_t ctl_file_fill(int fd, const char *path, const void *data,
    size_t len, mode_t mode, ctl_error_t *error);
static void ctl_file_sync_directory(const char *directory);


ctl_status_t
ctl_file_read(const char *path, char **data, size_t *len,
    ctl_error_t *error)
{
    FILE     *file;
    size_t    size;
    ssize_t   n;

    *data = NULL;
    size = 0;

    file = fopen(path, "re");
    if (file == NULL) {
        return ctl_error_set(error, CTL_FAILED, "cannot read %s: %s", path,
                             strerror(errno));
    }

    /* up to a NUL, of which a text file has none: all of it */
    errno = 0;
    n = getdelim(data, &size, '\0', file);

    if (n <= 0) {
        ctl_error_set(error, CTL_FAILED, "cannot read %s: %s", path,
                      ferror(file) ? strerror(errno) : "it is empty");
        free(*data);
        *data = NULL;
    }

    fclose(file);
    *len = n > 0 ? (size_t) n : 0;

    return n > 0 ? CTL_OK : CTL_FAILED;
}


ctl_status_t
ctl_file_write(const char *path, const void *data, size_t len, mode_t mode,
    ctl_error_t *error)
{
    int           fd;
    char          copy[PATH_MAX], temporary[PATH_MAX];
    const char   *directory;
    struct stat   st;
    ctl_status_t  status;

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        return ctl_error_set(error, CTL_FAILED,
                             "cannot write %s: it is no regular file", path);
    }

    snprintf(copy, sizeof(copy), "%s", path);
    directory = dirname(copy);

    if (snprintf(temporary, sizeof(temporary), "%s/.canvas-XXXXXX",
                 directory) >= (int) sizeof(temporary)
        || strlen(path) >= sizeof(copy))
    {
        return ctl_error_set(error, CTL_FAILED, "cannot write %.64s...: %s",
                             path, strerror(ENAMETOOLONG));
    }

    fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) {
        return ctl_error_set(error, CTL_FAILED,
                             "cannot write %s: %s in directory %s", path,
                             strerror(errno), directory);
    }

    status = ctl_file_fill(fd, path, data, len, mode, error);

    if (close(fd) != 0 && status == CTL_OK) {
        status = ctl_error_set(error, CTL_FAILED, "cannot write %s: %s",
                               path, strerror(errno));
    }

    if (status == CTL_OK && rename(temporary, path) != 0) {
        status = ctl_error_set(error, CTL_FAILED, "cannot write %s: %s",
                               path, strerror(errno));
    }

    if (status != CTL_OK) {
        unlink(temporary);
        return status;
    }

    ctl_file_sync_directory(directory);

    return CTL_OK;
}


ctl_status_t
ctl_file_directory(const char *path, ctl_error_t *error)
{
    struct stat  st;

    if (mkdir(path, 0755) == 0) {
        return CTL_OK;
    }

    if (errno == EEXIST && stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode)) {
            return CTL_OK;
        }

        errno = ENOTDIR;
    }

    return ctl_error_set(error, CTL_FAILED,
                         "cannot create directory %s: %s", path,
                         strerror(errno));
}


ctl_status_t
ctl_file_write_fd(int fd, const char *name, const void *data, size_t len,
    ctl_error_t *error)
{
    ssize_t      n;
    const char  *p;

    for (p = data; len > 0; p += n, len -= n) {
        n = write(fd, p, len);

        if (n < 0 && errno == EINTR) {
            n = 0;

        } else if (n < 0) {
            return ctl_error_set(error, CTL_FAILED, "cannot write %s: %s",
                                 name, strerror(errno));
        }
    }

    return CTL_OK;
}


static ctl_status_t
ctl_file_fill(int fd, const char *path, const void *data, size_t len,
    mode_t mode, ctl_error_t *error)
{
    ctl_status_t  status;

    status = ctl_file_write_fd(fd, path, data, len, error);
    if (status != CTL_OK) {
        return status;
    }

    if (fchmod(fd, mode) != 0 || fsync(fd) != 0) {
        return ctl_error_set(error, CTL_FAILED, "cannot write %s: %s", path,
                             strerror(errno));
    }

    return CTL_OK;
}


/* not every file system can; the file itself is safe by now */
static void
ctl_file_sync_directory(const char *directory)
{
    int  fd;

    fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }

    fsync(fd);
    close(fd);
}
