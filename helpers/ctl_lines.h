/*
 * ctl_lines: a file or standard input, gzip or not, in blocks of whole lines,
 * and the SHA-256 of all of the text.  What a line says is ctl_block's.
 */

#ifndef CTL_LINES_H_INCLUDED
#define CTL_LINES_H_INCLUDED

#include "ctl_error.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <zlib.h>

/* bytes of a block; a longer line is given in pieces: no line of ours is */
#define CTL_LINES_BLOCK  262144

typedef struct {
    const char   *name;             /* for errors */
    gzFile        file;
    EVP_MD_CTX   *digest;
    char         *buf;              /* of begin to rest: what comes next */
    size_t        begin;
    size_t        rest;
    int           eof;
    int           error;            /* errno of the end */
} ctl_lines_t;

/* path "-": standard input */
ctl_status_t ctl_lines_open(ctl_lines_t *lines, const char *path,
    ctl_error_t *error);
void ctl_lines_close(ctl_lines_t *lines);

/*
 * To be called before _block: the first line without its end and without a
 * byte order mark, *line is NULL when the file is empty.  After a failure of
 * either call ctl_lines_failed.
 */
ctl_status_t ctl_lines_first(ctl_lines_t *lines, const char **line,
    size_t *len);

/* into CTL_LINES_BLOCK bytes; *len is 0 at the end of the file */
ctl_status_t ctl_lines_block(ctl_lines_t *lines, char *text, size_t *len);

/* unreadable, or damaged gzip, behind that line; returns CTL_FAILED */
ctl_status_t ctl_lines_failed(ctl_lines_t *lines, uint64_t number,
    ctl_error_t *error);

/* after the last block: 64 hex digits and a NUL */
ctl_status_t ctl_lines_checksum(ctl_lines_t *lines, char *hex,
    ctl_error_t *error);

#endif /* CTL_LINES_H_INCLUDED */
