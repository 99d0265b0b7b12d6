/*
 * ctl_file: whole files.  A file is written beside its target, synced and
 * renamed over it: readers see the old one or the new one, never a part.
 */

#ifndef CTL_FILE_H_INCLUDED
#define CTL_FILE_H_INCLUDED

#include "ctl_error.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A text file; empty is an error.  *data is malloc()ed and NUL-terminated
 * behind *len bytes.
 */
ctl_status_t ctl_file_read(const char *path, char **data, size_t *len,
    ctl_error_t *error);

/* any file, also an empty one; *data is malloc()ed */
ctl_status_t ctl_file_load(const char *path, uint8_t **data, size_t *len,
    ctl_error_t *error);

/* refuses a target that exists and is no regular file */
ctl_status_t ctl_file_write(const char *path, const void *data, size_t len,
    mode_t mode, ctl_error_t *error);

/*
 * The same in steps, for what somebody else writes: an empty file beside
 * path, open as *fd, whose name is put into temporary (PATH_MAX bytes); then
 * either _commit, which closes it and leaves nothing behind if it fails, or
 * _abandon.  _commit changes temporary.
 */
ctl_status_t ctl_file_begin(const char *path, char *temporary, int *fd,
    ctl_error_t *error);
ctl_status_t ctl_file_commit(const char *path, char *temporary, int fd,
    mode_t mode, ctl_error_t *error);
void ctl_file_abandon(const char *temporary, int fd);

/* creates the directory (its parent has to be there) if it is missing */
ctl_status_t ctl_file_directory(const char *path, ctl_error_t *error);

/* all of it to a descriptor that is open already */
ctl_status_t ctl_file_write_fd(int fd, const char *name, const void *data,
    size_t len, ctl_error_t *error);

#endif /* CTL_FILE_H_INCLUDED */
