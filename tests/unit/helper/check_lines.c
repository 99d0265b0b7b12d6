/*
 * check_lines: blocks of whole lines out of plain and packed files whose
 * lines fall on the ends of blocks in every way.
 */

#include "check_helper.h"
#include "ctl_lines.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CHECK_LINES_HEAD  "\xef\xbb\xbfhead\r\n"


static void check_lines_read(const char *text, size_t len, const char *mode,
    size_t first);
static void check_lines_write(char *path, const char *text, size_t len,
    const char *mode);


START_TEST(check_lines_blocks)
{
    char    *text;
    size_t   i, len, line;

    static const size_t  lines[] = { 1, 2, 100, 8191, CTL_LINES_BLOCK - 1,
                                     CTL_LINES_BLOCK };

    len = 3 * CTL_LINES_BLOCK + 5;
    text = malloc(len);
    ck_assert_ptr_nonnull(text);

    for (line = 0; line < CHECK_N(lines); line++) {
        memcpy(text, CHECK_LINES_HEAD, sizeof(CHECK_LINES_HEAD) - 1);

        for (i = sizeof(CHECK_LINES_HEAD) - 1; i < len; i++) {
            text[i] = i % lines[line] == 0 ? '\n' : 'a' + (char) (i % 26);
        }

        check_lines_read(text, len, "wb", 4);
        check_lines_read(text, len, "wT", 4);
    }

    free(text);
}
END_TEST


START_TEST(check_lines_short)
{
    check_lines_read("", 0, "wT", 0);
    check_lines_read("\n", 1, "wT", 0);
    check_lines_read("head", 4, "wT", 4);
    check_lines_read("head\n", 5, "wb", 4);
    check_lines_read("head\nx", 6, "wT", 4);
}
END_TEST


START_TEST(check_lines_damaged)
{
    char           path[64], text[CTL_LINES_BLOCK];
    size_t         len;
    const char    *line;
    ctl_error_t    error;
    ctl_lines_t    lines;
    ctl_status_t   status;

    memset(text, 'x', sizeof(text));
    memcpy(text, "head\n", 5);
    check_lines_write(path, text, sizeof(text), "wb");
    ck_assert_int_eq(truncate(path, 100), 0);

    ck_assert_int_eq(ctl_lines_open(&lines, path, &error), CTL_OK);
    status = ctl_lines_first(&lines, &line, &len);

    while (status == CTL_OK) {
        status = ctl_lines_block(&lines, text, &len);
        ck_assert(status != CTL_OK || len > 0);
    }

    ck_assert_int_eq(ctl_lines_failed(&lines, 17, &error), CTL_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, "behind line 17: the gzip file "
                                 "is cut off"));

    ctl_lines_close(&lines);
    unlink(path);
}
END_TEST


/* first: length of the first line, which is "head" when it is not empty */
static void
check_lines_read(const char *text, size_t len, const char *mode,
    size_t first)
{
    char           path[64], hex[2 * EVP_MAX_MD_SIZE + 1],
                   expected[2 * EVP_MAX_MD_SIZE + 1], *block;
    size_t         at, n;
    uint8_t        digest[EVP_MAX_MD_SIZE];
    unsigned       i, bytes;
    const char    *line;
    ctl_error_t    error;
    ctl_lines_t    lines;

    check_lines_write(path, text, len, mode);
    ck_assert_int_eq(ctl_lines_open(&lines, path, &error), CTL_OK);
    ck_assert_int_eq(ctl_lines_first(&lines, &line, &n), CTL_OK);
    ck_assert_int_eq(line == NULL, len == 0);
    ck_assert_uint_eq(n, first);

    if (n > 0) {
        ck_assert_mem_eq(line, "head", 4);
    }

    line = memchr(text, '\n', len);
    at = line != NULL ? (size_t) (line + 1 - text) : len;
    block = malloc(CTL_LINES_BLOCK);
    ck_assert_ptr_nonnull(block);

    for ( ;; ) {
        ck_assert_int_eq(ctl_lines_block(&lines, block, &n), CTL_OK);

        if (n == 0) {
            break;
        }

        /* nothing is cut but a line longer than that, and the last one */
        ck_assert(at + n <= len);
        ck_assert_mem_eq(block, text + at, n);
        at += n;
        ck_assert(block[n - 1] == '\n' || n == CTL_LINES_BLOCK || at == len);
    }

    ck_assert_uint_eq(at, len);
    ck_assert_int_eq(ctl_lines_checksum(&lines, hex, &error), CTL_OK);
    ck_assert_int_eq(EVP_Digest(text, len, digest, &bytes, EVP_sha256(),
                                NULL), 1);

    for (i = 0; i < bytes; i++) {
        sprintf(expected + 2 * i, "%02x", digest[i]);
    }

    ck_assert_str_eq(hex, expected);

    free(block);
    ctl_lines_close(&lines);
    unlink(path);
}


/* mode of zlib: "wT" is plain */
static void
check_lines_write(char *path, const char *text, size_t len,
    const char *mode)
{
    int     fd;
    gzFile  file;

    strcpy(path, "/tmp/check_lines.XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);

    file = gzdopen(fd, mode);
    ck_assert_ptr_nonnull(file);

    if (len > 0) {
        ck_assert_int_eq(gzwrite(file, text, (unsigned) len), (int) len);
    }

    ck_assert_int_eq(gzclose(file), Z_OK);
}


Suite *
check_lines(void)
{
    const TTest *const  tests[] = {
        check_lines_blocks, check_lines_short, check_lines_damaged
    };

    return check_suite("lines", tests, CHECK_N(tests));
}
