/*
 * ctl_lines: the lines of a file or of standard input, gzip or not, one after
 * another in bounded memory, and the SHA-256 of all of the text.
 */

#ifndef CTL_LINES_H_INCLUDED
#define CTL_LINES_H_INCLUDED

#include "ctl_error.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <zlib.h>

/* longer ones are given in pieces: no line of ours is so long */
#define CTL_LINES_BUFFER  1048576

typedef struct {
    const char   *name;             /* for errors */
    gzFile        file;
    EVP_MD_CTX   *digest;
    char         *buf;
    size_t        begin;            /* of what is left in buf */
    size_t        end;
    int           eof;
    uint64_t      number;           /* of the line given last, from 1 */
    uint64_t      bytes;            /* of text read so far */
} ctl_lines_t;

/* path "-": standard input */
ctl_status_t ctl_lines_open(ctl_lines_t *lines, const char *path,
    ctl_error_t *error);
void ctl_lines_close(ctl_lines_t *lines);

/*
 * The next line without its LF or CRLF, the first without a byte order mark;
 * *line is NULL at the end of the file.  CTL_FAILED: unreadable, or damaged
 * gzip.
 */
ctl_status_t ctl_lines_next(ctl_lines_t *lines, const char **line,
    size_t *len, ctl_error_t *error);

/* after the last line: 64 hex digits and a NUL */
ctl_status_t ctl_lines_checksum(ctl_lines_t *lines, char *hex,
    ctl_error_t *error);

#endif /* CTL_LINES_H_INCLUDED */
