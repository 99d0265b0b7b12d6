/*
 * ctl_s3: objects into a bucket of an S3-compatible storage: PUT with AWS
 * Signature Version 4, which libcurl computes, over the hash of the body.
 * The bucket is part of the path (https://HOST/BUCKET/PREFIXname), which all
 * such storages take.  Knows nothing of canvases.
 */

#ifndef CTL_S3_H_INCLUDED
#define CTL_S3_H_INCLUDED

#include "ctl_conf.h"
#include "ctl_error.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const ctl_conf_t  *conf;
    CURL              *curl;            /* NULL: closed */
} ctl_s3_t;

typedef struct {
    const char  *name;
    const char  *type;                  /* MIME */
    const void  *data;
    size_t       len;
} ctl_s3_object_t;

/* any of s3_bucket, s3_endpoint is set */
bool ctl_s3_wanted(const ctl_conf_t *conf);

/* CTL_USAGE: names the setting that is missing or malformed */
ctl_status_t ctl_s3_open(ctl_s3_t *s3, const ctl_conf_t *conf,
    ctl_error_t *error);
void ctl_s3_close(ctl_s3_t *s3);

/*
 * Errors of the connection, 429 and 5xx are tried again, up to tries times in
 * all, after 1, 2, 4 ... s and a bit; what is left then is CTL_TEMPORARY.  A
 * refusal is CTL_FAILED at once and names the setting to look at.  *url,
 * malloc()ed, is where visitors find it.
 */
ctl_status_t ctl_s3_put(ctl_s3_t *s3, const ctl_s3_object_t *object,
    unsigned tries, char **url, ctl_error_t *error);

#endif /* CTL_S3_H_INCLUDED */
