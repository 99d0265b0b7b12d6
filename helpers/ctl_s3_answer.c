/*
 * ctl_s3_answer: see the header.
 */

#include "ctl_s3_answer.h"

#include <string.h>


static const char *ctl_s3_answer_code(char *body);
static const char *ctl_s3_answer_advice(const char *code, long http);


/* what to look at, by the code of the answer */
static const struct {
    const char  *code;
    const char  *advice;
} ctl_s3_answer_codes[] = {
    /* for some that is also their word on a key that they do not know */
    { "SignatureDoesNotMatch", "look at s3_secret_key and s3_access_key" },
    { "InvalidAccessKeyId", "look at s3_access_key" },
    { "AccessDenied", "look at s3_access_key: may it write to s3_bucket?" },
    { "NoSuchBucket", "look at s3_bucket" },
    { "InvalidBucketName", "look at s3_bucket" },
    { "AuthorizationHeaderMalformed", "look at s3_region" },
    { "IllegalLocationConstraintException", "look at s3_region" },
    { "PermanentRedirect", "look at s3_endpoint and s3_region" },
    { "TemporaryRedirect", "look at s3_endpoint and s3_region" },
    { "RequestTimeTooSkewed", "the clock of this machine is wrong" },
    { NULL, NULL }
};

/* by its status, where the code says nothing */
static const struct {
    long         from;
    long         to;
    const char  *advice;
} ctl_s3_answer_statuses[] = {
    { 300, 399, "look at s3_endpoint and s3_region" },
    { 401, 401, "look at s3_access_key and s3_secret_key" },
    { 403, 403, "look at s3_access_key and s3_secret_key" },
    { 404, 404, "look at s3_endpoint and s3_bucket" },
    { 0, 0, NULL }
};


ctl_status_t
ctl_s3_answer(const ctl_s3_answer_t *answer, ctl_error_t *error)
{
    const char  *advice, *code;

    if (answer->code == CURLE_PEER_FAILED_VERIFICATION) {
        return ctl_error_set(error, CTL_FAILED,
                             "storage %s is not who it says it is: %s",
                             answer->endpoint, answer->reason);
    }

    /* an answer before the body was read is an answer all the same */
    if (answer->code != CURLE_OK && answer->http < 300) {
        return ctl_error_set(error, CTL_TEMPORARY,
                             "storage %s cannot be reached: %s",
                             answer->endpoint, answer->reason);
    }

    if (answer->http >= 200 && answer->http < 300) {
        return CTL_OK;
    }

    code = ctl_s3_answer_code(answer->body);

    if (answer->http == 429 || answer->http >= 500) {
        return ctl_error_set(error, CTL_TEMPORARY,
                             "storage %s answered %ld%s%.64s",
                             answer->endpoint, answer->http,
                             code != NULL ? " " : "",
                             code != NULL ? code : "");
    }

    advice = ctl_s3_answer_advice(code, answer->http);

    return ctl_error_set(error, CTL_FAILED,
                         "storage %s refused %s with %ld%s%.64s%s%s",
                         answer->endpoint, answer->name, answer->http,
                         code != NULL ? " " : "", code != NULL ? code : "",
                         advice != NULL ? ": " : "",
                         advice != NULL ? advice : "");
}


/* the one element of the XML that programs are to read; NULL: none */
static const char *
ctl_s3_answer_code(char *body)
{
    char  *code;

    code = strstr(body, "<Code>");
    if (code == NULL) {
        return NULL;
    }

    code += sizeof("<Code>") - 1;
    code[strcspn(code, "<")] = '\0';

    return code;
}


static const char *
ctl_s3_answer_advice(const char *code, long http)
{
    size_t  i;

    for (i = 0; code != NULL && ctl_s3_answer_codes[i].code != NULL; i++) {
        if (strcmp(ctl_s3_answer_codes[i].code, code) == 0) {
            return ctl_s3_answer_codes[i].advice;
        }
    }

    for (i = 0; ctl_s3_answer_statuses[i].advice != NULL; i++) {
        if (http >= ctl_s3_answer_statuses[i].from
            && http <= ctl_s3_answer_statuses[i].to)
        {
            return ctl_s3_answer_statuses[i].advice;
        }
    }

    return NULL;
}
