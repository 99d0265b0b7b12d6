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
ctl_file_load(const char *path, uint8_t **data, size_t *len,
    ctl_error_t *error)
{
    FILE         *file;
    ctl_status_t  status;
    struct stat   st;

    *data = NULL;
    *len = 0;
    status = CTL_OK;

    file = fopen(path, "re");

    if (file == NULL || fstat(fileno(file), &st) != 0) {
        status = ctl_error_set(error, CTL_FAILED, "cannot read %s: %s", path,
                               strerror(errno));
        goto done;
    }

    *len = st.st_size;
    *data = malloc(*len + 1);

    if (*data == NULL) {
        status = ctl_error_memory(error);

    } else if (fread(*data, 1, *len, file) != *len) {
        status = ctl_error_set(error, CTL_FAILED, "cannot read %s: %s", path,
                               ferror(file) ? strerror(errno)
                                            : "it became shorter");
        free(*data);
        *data = NULL;
    }

done:

    if (file != NULL) {
        fclose(file);
    }

    return status;
}


ctl_status_t
ctl_file_write(const char *path, const void *data, size_t len, mode_t mode,
    ctl_error_t *error)
{
    int           fd;
    char          temporary[PATH_MAX];
    ctl_status_t  status;

    status = ctl_file_begin(path, temporary, &fd, error);
    if (status != CTL_OK) {
        return status;
    }

    status = ctl_file_write_fd(fd, path, data, len, error);

    if (status == CTL_OK) {
        return ctl_file_commit(path, temporary, fd, mode, error);
    }

    ctl_file_abandon(temporary, fd);

    return status;
}


ctl_status_t
ctl_file_begin(const char *path, char *temporary, int *fd,
    ctl_error_t *error)
{
    char          copy[PATH_MAX];
    const char   *directory;
    struct stat   st;

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        return ctl_error_set(error, CTL_FAILED,
                             "cannot write %s: it is no regular file", path);
    }

    snprintf(copy, sizeof(copy), "%s", path);
    directory = dirname(copy);

    if (snprintf(temporary, PATH_MAX, "%s/.canvas-XXXXXX", directory)
        >= PATH_MAX || strlen(path) >= sizeof(copy))
    {
        return ctl_error_set(error, CTL_FAILED, "cannot write %.64s...: %s",
                             path, strerror(ENAMETOOLONG));
    }

    *fd = mkostemp(temporary, O_CLOEXEC);
    if (*fd < 0) {
        return ctl_error_set(error, CTL_FAILED,
                             "cannot write %s: %s in directory %s", path,
                             strerror(errno), directory);
    }

    return CTL_OK;
}


ctl_status_t
ctl_file_commit(const char *path, char *temporary, int fd, mode_t mode,
    ctl_error_t *error)
{
    int  failed;

    failed = fchmod(fd, mode) != 0 || fsync(fd) != 0 ? errno : 0;

    if (close(fd) != 0 && failed == 0) {
        failed = errno;
    }

    if (failed == 0 && rename(temporary, path) != 0) {
        failed = errno;
    }

    if (failed != 0) {
        unlink(temporary);
        return ctl_error_set(error, CTL_FAILED, "cannot write %s: %s", path,
                             strerror(failed));
    }

    ctl_file_sync_directory(dirname(temporary));

    return CTL_OK;
}


void
ctl_file_abandon(const char *temporary, int fd)
{
    close(fd);
    unlink(temporary);
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
