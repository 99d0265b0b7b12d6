/*
 * ctl_s3_answer: what became of a request to S3-compatible storage, as a
 * status and a sentence that names the setting to look at.
 */

#ifndef CTL_S3_ANSWER_H_INCLUDED
#define CTL_S3_ANSWER_H_INCLUDED

#include "ctl_error.h"

#include <curl/curl.h>

typedef struct {
    const char  *endpoint;
    const char  *name;          /* of the object */
    CURLcode     code;
    long         http;          /* status; 0: no answer */
    const char  *reason;        /* libcurl's, for a code that is not OK */
    char        *body;          /* of the answer, as text; is changed */
} ctl_s3_answer_t;

/*
 * CTL_TEMPORARY: connection, 429, 5xx; CTL_FAILED: a refusal, or a
 * certificate that does not stand for the endpoint.
 */
ctl_status_t ctl_s3_answer(const ctl_s3_answer_t *answer,
    ctl_error_t *error);

#endif /* CTL_S3_ANSWER_H_INCLUDED */
