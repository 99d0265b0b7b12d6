/*
 * ctl_s3: see the header.
 */

#include "ctl_s3.h"

#include "canvas_id.h"
#include "ctl_backoff.h"
#include "ctl_s3_answer.h"

#include <openssl/sha.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CTL_S3_CONNECT_S     10L

/* a transfer that crawls below so many bytes a second so long is dead */
#define CTL_S3_SPEED         1024L
#define CTL_S3_SPEED_S       30L

/* of the answer: enough for the code of an error */
#define CTL_S3_ANSWER        2048

/* archives do not change; their names are their own */
#define CTL_S3_CACHE  "Cache-Control: public, max-age=31536000, immutable"

typedef struct {
    const ctl_s3_object_t  *object;
    size_t                  sent;
    char                    answer[CTL_S3_ANSWER];
    size_t                  answer_len;
    char                    reason[CURL_ERROR_SIZE];
} ctl_s3_transfer_t;


static ctl_status_t ctl_s3_check(const ctl_conf_t *conf, ctl_error_t *error);
static bool ctl_s3_is_url(const char *text);
static ctl_status_t ctl_s3_once(ctl_s3_t *s3, ctl_s3_transfer_t *transfer,
    const char *url, ctl_error_t *error);
static struct curl_slist *ctl_s3_headers(const ctl_s3_object_t *object);
static void ctl_s3_prepare(ctl_s3_t *s3, ctl_s3_transfer_t *transfer,
    const char *url, struct curl_slist *headers);
static ctl_status_t ctl_s3_result(const ctl_s3_t *s3,
    ctl_s3_transfer_t *transfer, CURLcode code, ctl_error_t *error);
static size_t ctl_s3_read(char *buf, size_t size, size_t n, void *data);
static int ctl_s3_seek(void *data, curl_off_t offset, int origin);
static size_t ctl_s3_write(char *buf, size_t size, size_t n, void *data);
static char *ctl_s3_join(const char *base, const char *bucket,
    const char *prefix, const char *name);


bool
ctl_s3_wanted(const ctl_conf_t *conf)
{
    return *conf->s3_bucket != '\0' || *conf->s3_endpoint != '\0';
}


ctl_status_t
ctl_s3_open(ctl_s3_t *s3, const ctl_conf_t *conf, ctl_error_t *error)
{
    ctl_status_t  status;

    s3->conf = conf;
    s3->curl = NULL;

    status = ctl_s3_check(conf, error);
    if (status != CTL_OK) {
        return status;
    }

    s3->curl = curl_easy_init();

    return s3->curl != NULL ? CTL_OK : ctl_error_memory(error);
}


void
ctl_s3_close(ctl_s3_t *s3)
{
    if (s3->curl != NULL) {
        curl_easy_cleanup(s3->curl);
        s3->curl = NULL;
    }
}


ctl_status_t
ctl_s3_put(ctl_s3_t *s3, const ctl_s3_object_t *object, unsigned tries,
    char **url, ctl_error_t *error)
{
    char               *target;
    unsigned            tried;
    ctl_status_t        status;
    ctl_backoff_t       backoff;
    ctl_s3_transfer_t   transfer;

    target = ctl_s3_join(s3->conf->s3_endpoint, s3->conf->s3_bucket,
                         s3->conf->s3_prefix, object->name);
    if (target == NULL) {
        return ctl_error_memory(error);
    }

    memset(&backoff, 0, sizeof(backoff));
    transfer.object = object;

    for (tried = 1; /* void */ ; tried++) {
        status = ctl_s3_once(s3, &transfer, target, error);

        if (status != CTL_TEMPORARY || tried == tries) {
            break;
        }

        poll(NULL, 0, ctl_backoff_failed(&backoff));
    }

    free(target);

    if (status != CTL_OK) {
        return status;
    }

    *url = *s3->conf->s3_public_url != '\0'
           ? ctl_s3_join(s3->conf->s3_public_url, NULL, s3->conf->s3_prefix,
                         object->name)
           : ctl_s3_join(s3->conf->s3_endpoint, s3->conf->s3_bucket,
                         s3->conf->s3_prefix, object->name);

    return *url != NULL ? CTL_OK : ctl_error_memory(error);
}


static ctl_status_t
ctl_s3_check(const ctl_conf_t *conf, ctl_error_t *error)
{
    size_t  i;

    const struct {
        const char  *name;
        const char  *value;
    } needed[] = {
        { "s3_bucket", conf->s3_bucket },
        { "s3_endpoint", conf->s3_endpoint },
        { "s3_region", conf->s3_region },
        { "s3_access_key", conf->s3_access_key },
        { "s3_secret_key", conf->s3_secret_key }
    };

    for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (*needed[i].value == '\0') {
            return ctl_error_set(error, CTL_USAGE,
                                 "%s is not set, which storage in S3 needs",
                                 needed[i].name);
        }
    }

    if (!ctl_s3_is_url(conf->s3_endpoint)
        || (*conf->s3_public_url != '\0'
            && !ctl_s3_is_url(conf->s3_public_url)))
    {
        return ctl_error_set(error, CTL_USAGE,
                             "s3_endpoint and s3_public_url begin with "
                             "https:// (or http://)");
    }

    /* what stands in a URL as it is */
    if (strspn(conf->s3_bucket, "abcdefghijklmnopqrstuvwxyz0123456789.-")
        != strlen(conf->s3_bucket)
        || strspn(conf->s3_prefix,
                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                  "0123456789._-/") != strlen(conf->s3_prefix)
        || *conf->s3_prefix == '/')
    {
        return ctl_error_set(error, CTL_USAGE,
                             "s3_bucket has a-z, 0-9, \".\" and \"-\" alone, "
                             "s3_prefix letters, digits and \"._-/\", and no "
                             "\"/\" first");
    }

    return CTL_OK;
}


static bool
ctl_s3_is_url(const char *text)
{
    return strncasecmp(text, "https://", 8) == 0
           || strncasecmp(text, "http://", 7) == 0;
}


static ctl_status_t
ctl_s3_once(ctl_s3_t *s3, ctl_s3_transfer_t *transfer, const char *url,
    ctl_error_t *error)
{
    CURLcode            code;
    struct curl_slist  *headers;

    headers = ctl_s3_headers(transfer->object);
    if (headers == NULL) {
        return ctl_error_memory(error);
    }

    transfer->sent = 0;
    transfer->answer_len = 0;
    transfer->reason[0] = '\0';

    ctl_s3_prepare(s3, transfer, url, headers);
    code = curl_easy_perform(s3->curl);
    curl_slist_free_all(headers);

    return ctl_s3_result(s3, transfer, code, error);
}


/* the hash is signed, too: storage refuses what was damaged on its way */
static struct curl_slist *
ctl_s3_headers(const ctl_s3_object_t *object)
{
    char                text[256], sum[128];
    char                hex[2 * SHA256_DIGEST_LENGTH + 1];
    size_t              i;
    uint8_t             hash[SHA256_DIGEST_LENGTH];
    const char         *lines[3];
    struct curl_slist  *headers, *more;

    SHA256(object->data, object->len, hash);
    canvas_hex_format(hash, sizeof(hash), hex);
    hex[sizeof(hex) - 1] = '\0';

    snprintf(sum, sizeof(sum), "x-amz-content-sha256: %s", hex);
    snprintf(text, sizeof(text), "Content-Type: %s", object->type);

    lines[0] = text;
    lines[1] = CTL_S3_CACHE;
    lines[2] = sum;
    headers = NULL;

    for (i = 0; i < 3; i++) {
        more = curl_slist_append(headers, lines[i]);

        if (more == NULL) {
            curl_slist_free_all(headers);
            return NULL;
        }

        headers = more;
    }

    return headers;
}


/* certificates are checked: libcurl's default, and nothing here turns it off */
static void
ctl_s3_prepare(ctl_s3_t *s3, ctl_s3_transfer_t *transfer, const char *url,
    struct curl_slist *headers)
{
    char   sign[128];
    CURL  *curl;

    curl = s3->curl;
    snprintf(sign, sizeof(sign), "aws:amz:%s:s3", s3->conf->s3_region);

    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->reason);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CTL_S3_CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, CTL_S3_SPEED);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, CTL_S3_SPEED_S);

    curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, sign);
    curl_easy_setopt(curl, CURLOPT_USERNAME, s3->conf->s3_access_key);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, s3->conf->s3_secret_key);

    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
                     (curl_off_t) transfer->object->len);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, ctl_s3_read);
    curl_easy_setopt(curl, CURLOPT_READDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, ctl_s3_seek);
    curl_easy_setopt(curl, CURLOPT_SEEKDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ctl_s3_write);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
}


static ctl_status_t
ctl_s3_result(const ctl_s3_t *s3, ctl_s3_transfer_t *transfer, CURLcode code,
    ctl_error_t *error)
{
    ctl_s3_answer_t  answer;

    transfer->answer[transfer->answer_len] = '\0';

    answer.endpoint = s3->conf->s3_endpoint;
    answer.name = transfer->object->name;
    answer.code = code;
    answer.http = 0;
    answer.reason = *transfer->reason != '\0' ? transfer->reason
                                              : curl_easy_strerror(code);
    answer.body = transfer->answer;

    curl_easy_getinfo(s3->curl, CURLINFO_RESPONSE_CODE, &answer.http);

    return ctl_s3_answer(&answer, error);
}


static size_t
ctl_s3_read(char *buf, size_t size, size_t n, void *data)
{
    size_t              len;
    ctl_s3_transfer_t  *transfer;

    transfer = data;
    len = transfer->object->len - transfer->sent;
    len = len < size * n ? len : size * n;

    memcpy(buf, (const char *) transfer->object->data + transfer->sent, len);
    transfer->sent += len;

    return len;
}


/* a connection that was kept turned out to be closed: from the beginning */
static int
ctl_s3_seek(void *data, curl_off_t offset, int origin)
{
    ctl_s3_transfer_t  *transfer;

    transfer = data;

    if (origin != SEEK_SET || offset < 0
        || (size_t) offset > transfer->object->len)
    {
        return CURL_SEEKFUNC_FAIL;
    }

    transfer->sent = offset;

    return CURL_SEEKFUNC_OK;
}


static size_t
ctl_s3_write(char *buf, size_t size, size_t n, void *data)
{
    size_t              room;
    ctl_s3_transfer_t  *transfer;

    transfer = data;
    room = sizeof(transfer->answer) - 1 - transfer->answer_len;
    room = size * n < room ? size * n : room;

    memcpy(transfer->answer + transfer->answer_len, buf, room);
    transfer->answer_len += room;

    return size * n;
}


/* bucket NULL: none */
static char *
ctl_s3_join(const char *base, const char *bucket, const char *prefix,
    const char *name)
{
    int   len;
    char *url;

    len = strlen(base);

    while (len > 0 && base[len - 1] == '/') {
        len--;
    }

    if (asprintf(&url, "%.*s%s%s/%s%s", len, base, bucket != NULL ? "/" : "",
                 bucket != NULL ? bucket : "", prefix, name) < 0)
    {
        return NULL;
    }

    return url;
}
