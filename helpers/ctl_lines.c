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


static ctl_status_t ctl_lines_fill(ctl_lines_t *lines, char *to, size_t size,
    size_t *len);


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

    lines->buf = malloc(CTL_LINES_BLOCK);
    lines->digest = EVP_MD_CTX_new();

    if (lines->buf == NULL || lines->digest == NULL
        || gzbuffer(lines->file, CTL_LINES_BLOCK) != 0
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
ctl_lines_first(ctl_lines_t *lines, const char **line, size_t *len)
{
    char          *lf;
    size_t         n;
    ctl_status_t   status;

    lf = NULL;

    while (lf == NULL && lines->rest < CTL_LINES_BLOCK && !lines->eof) {
        status = ctl_lines_fill(lines, lines->buf + lines->rest,
                                CTL_LINES_BLOCK - lines->rest, &n);
        if (status != CTL_OK) {
            return status;
        }

        lf = memchr(lines->buf + lines->rest, '\n', n);
        lines->rest += n;
    }

    *len = lf != NULL ? (size_t) (lf - lines->buf) : lines->rest;
    *line = lines->rest > 0 ? lines->buf : NULL;
    lines->begin = lf != NULL ? *len + 1 : *len;

    if (*len > 0 && (*line)[*len - 1] == '\r') {
        (*len)--;
    }

    if (*len >= 3 && memcmp(*line, CTL_LINES_BOM, 3) == 0) {
        *line += 3;
        *len -= 3;
    }

    return CTL_OK;
}


ctl_status_t
ctl_lines_block(ctl_lines_t *lines, char *text, size_t *len)
{
    char          *lf;
    size_t         n, got;
    ctl_status_t   status;

    n = lines->rest - lines->begin;
    memcpy(text, lines->buf + lines->begin, n);
    lines->begin = 0;
    lines->rest = 0;

    while (n < CTL_LINES_BLOCK && !lines->eof) {
        status = ctl_lines_fill(lines, text + n, CTL_LINES_BLOCK - n, &got);
        if (status != CTL_OK) {
            return status;
        }

        n += got;
    }

    lf = lines->eof ? NULL : memrchr(text, '\n', n);

    if (lf != NULL) {
        lines->rest = text + n - (lf + 1);
        memcpy(lines->buf, lf + 1, lines->rest);
        n -= lines->rest;
    }

    *len = n;

    return CTL_OK;
}


ctl_status_t
ctl_lines_failed(ctl_lines_t *lines, uint64_t number, ctl_error_t *error)
{
    int          code;
    const char  *text;

    text = gzerror(lines->file, &code);

    switch (code) {

    case Z_OK:                          /* the digest */
    case Z_MEM_ERROR:
        return ctl_error_memory(error);

    case Z_ERRNO:
        text = strerror(lines->error);
        break;

    case Z_BUF_ERROR:
        text = "the gzip file is cut off";
        break;

    default:
        break;
    }

    return ctl_error_set(error, CTL_FAILED, "cannot read %s behind line "
                         "%llu: %s", lines->name,
                         (unsigned long long) number, text);
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
ctl_lines_fill(ctl_lines_t *lines, char *to, size_t size, size_t *len)
{
    int  n, code;

    n = gzread(lines->file, to, size);

    if (n > 0) {
        *len = n;
        return EVP_DigestUpdate(lines->digest, to, n) == 1 ? CTL_OK
                                                           : CTL_FAILED;
    }

    /* the end of a gzip that was cut is told here alone */
    lines->error = errno;
    lines->eof = 1;
    *len = 0;
    gzerror(lines->file, &code);

    return n == 0 && code == Z_OK ? CTL_OK : CTL_FAILED;
}
