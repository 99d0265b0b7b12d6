/*
 * ctl_lines: see the header.  zlib tells gzip from plain text by itself.
 */

#include "ctl_lines.h"

#include "canvas_id.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CTL_LINES_BOM  "\xef\xbb\xbf"


static ctl_status_t ctl_lines_fill(ctl_lines_t *lines, ctl_error_t *error);
static ctl_status_t ctl_lines_damaged(ctl_lines_t *lines, int code,
    const char *text, ctl_error_t *error);


ctl_status_t
ctl_lines_open(ctl_lines_t *lines, const char *path, ctl_error_t *error)
{
    int          fd;
    struct stat  st;

    memset(lines, 0, sizeof(*lines));
    lines->name = strcmp(path, "-") == 0 ? "standard input" : path;

    fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
                                : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return ctl_error_set(error, CTL_FAILED, "cannot read %s: %s",
                             lines->name, strerror(errno));
    }

    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        return ctl_error_set(error, CTL_FAILED, "cannot read %s: %s",
                             lines->name, strerror(EISDIR));
    }

    lines->file = gzdopen(fd, "rb");
    if (lines->file == NULL) {
        close(fd);
        return ctl_error_memory(error);
    }

    lines->buf = malloc(CTL_LINES_BUFFER);
    lines->digest = EVP_MD_CTX_new();

    if (lines->buf == NULL || lines->digest == NULL
        || gzbuffer(lines->file, CTL_LINES_BUFFER) != 0
        || EVP_DigestInit_ex(lines->digest, EVP_sha256(), NULL) != 1)
    {
        ctl_lines_close(lines);
        return ctl_error_memory(error);
    }

    return CTL_OK;
}


void
ctl_lines_close(ctl_lines_t *lines)
{
    if (lines->file != NULL) {
        gzclose(lines->file);
    }

    EVP_MD_CTX_free(lines->digest);
    free(lines->buf);
    memset(lines, 0, sizeof(*lines));
}


ctl_status_t
ctl_lines_next(ctl_lines_t *lines, const char **line, size_t *len,
    ctl_error_t *error)
{
    char          *p, *lf;
    size_t         left;
    ctl_status_t   status;

    for ( ;; ) {
        p = lines->buf + lines->begin;
        left = lines->end - lines->begin;
        lf = memchr(p, '\n', left);

        if (lf != NULL || lines->eof || left == CTL_LINES_BUFFER) {
            break;
        }

        status = ctl_lines_fill(lines, error);
        if (status != CTL_OK) {
            return status;
        }
    }

    if (left == 0) {
        *line = NULL;
        return CTL_OK;
    }

    *len = lf != NULL ? (size_t) (lf - p) : left;
    lines->begin += lf != NULL ? *len + 1 : *len;

    if (*len > 0 && p[*len - 1] == '\r') {
        (*len)--;
    }

    if (lines->number++ == 0 && *len >= 3
        && memcmp(p, CTL_LINES_BOM, 3) == 0)
    {
        p += 3;
        *len -= 3;
    }

    *line = p;

    return CTL_OK;
}


ctl_status_t
ctl_lines_checksum(ctl_lines_t *lines, char *hex, ctl_error_t *error)
{
    unsigned  n;
    uint8_t   bytes[EVP_MAX_MD_SIZE];

    if (EVP_DigestFinal_ex(lines->digest, bytes, &n) != 1) {
        return ctl_error_memory(error);
    }

    canvas_hex_format(bytes, n, hex);
    hex[2 * n] = '\0';

    return CTL_OK;
}


static ctl_status_t
ctl_lines_fill(ctl_lines_t *lines, ctl_error_t *error)
{
    int          n, code;
    char        *to;
    const char  *text;

    lines->end -= lines->begin;
    memmove(lines->buf, lines->buf + lines->begin, lines->end);
    lines->begin = 0;

    to = lines->buf + lines->end;
    n = gzread(lines->file, to, CTL_LINES_BUFFER - lines->end);

    if (n > 0) {
        lines->end += n;
        lines->bytes += n;

        return EVP_DigestUpdate(lines->digest, to, n) == 1
               ? CTL_OK : ctl_error_memory(error);
    }

    /* the end of a gzip that was cut is told here alone */
    text = gzerror(lines->file, &code);
    lines->eof = 1;

    return n == 0 && code == Z_OK
           ? CTL_OK : ctl_lines_damaged(lines, code, text, error);
}


static ctl_status_t
ctl_lines_damaged(ctl_lines_t *lines, int code, const char *text,
    ctl_error_t *error)
{
    switch (code) {

    case Z_ERRNO:
        text = strerror(errno);
        break;

    case Z_BUF_ERROR:
        text = "the gzip file is cut off";
        break;

    case Z_MEM_ERROR:
        return ctl_error_memory(error);

    default:
        break;
    }

    return ctl_error_set(error, CTL_FAILED, "cannot read %s behind line "
                         "%llu: %s", lines->name,
                         (unsigned long long) lines->number, text);
}
