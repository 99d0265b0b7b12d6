/*
 * ctl_pseudonym: users of event files.  Out: the base64 of a keyed hash of
 * the UUID, as long as the public files have it; who has no key cannot tell
 * who it is.  In: a UUID that follows from the text alone.
 */

#ifndef CTL_PSEUDONYM_H_INCLUDED
#define CTL_PSEUDONYM_H_INCLUDED

#include "ctl_csv.h"
#include "ctl_error.h"

#include <openssl/evp.h>

/* a key is at least this long */
#define CTL_PSEUDONYM_KEY_MIN  16

/* base64 of HMAC-SHA-512, and a NUL */
#define CTL_PSEUDONYM_LEN      88

typedef struct {
    EVP_MAC_CTX  *mac;              /* keyed */
    EVP_MD_CTX   *hash;
    EVP_MD       *sha1;
} ctl_pseudonym_t;

/* key == NULL: a random one; both directions work afterwards */
ctl_status_t ctl_pseudonym_open(ctl_pseudonym_t *pseudonym, const char *key,
    ctl_error_t *error);
void ctl_pseudonym_close(ctl_pseudonym_t *pseudonym);

/*
 * The 16 bytes of a UUID as text: 28 characters (20 bytes) in the 2017 form,
 * 88 (64 bytes) in the 2022 form.
 */
ctl_status_t ctl_pseudonym_make(ctl_pseudonym_t *pseudonym,
    ctl_csv_form_t form, const uint8_t uuid[16], char *text,
    ctl_error_t *error);

/* the UUID (RFC 4122, version 5) of a text */
ctl_status_t ctl_pseudonym_uuid(ctl_pseudonym_t *pseudonym, const char *text,
    size_t len, uint8_t uuid[16], ctl_error_t *error);

#endif /* CTL_PSEUDONYM_H_INCLUDED */
