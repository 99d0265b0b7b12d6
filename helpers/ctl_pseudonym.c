/*
 * ctl_pseudonym: see the header.  All of the cryptography is OpenSSL's; what
 * is set up once is kept, since a file has millions of lines.
 */

#include "ctl_pseudonym.h"

#include <openssl/core_names.h>
#include <openssl/rand.h>
#include <string.h>

#define CTL_PSEUDONYM_HASH  64
#define CTL_PSEUDONYM_2017  20


static ctl_status_t ctl_pseudonym_failed(ctl_error_t *error);


/* namespace of the UUIDs of imported users; drawn once, never to change */
static const uint8_t  ctl_pseudonym_namespace[16] = {
    0x5d, 0x0e, 0x83, 0xc6, 0x91, 0x7b, 0x4a, 0x27,
    0x8f, 0x64, 0x2b, 0x90, 0x1d, 0xe5, 0x38, 0xb2
};


ctl_status_t
ctl_pseudonym_open(ctl_pseudonym_t *pseudonym, const char *key,
    ctl_error_t *error)
{
    EVP_MAC     *hmac;
    uint8_t      drawn[CTL_PSEUDONYM_HASH];
    size_t       len;
    char         digest[] = "SHA512";
    OSSL_PARAM   params[2];

    memset(pseudonym, 0, sizeof(*pseudonym));
    len = key != NULL ? strlen(key) : sizeof(drawn);

    if (key == NULL && RAND_bytes(drawn, sizeof(drawn)) != 1) {
        return ctl_pseudonym_failed(error);
    }

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                                 digest, 0);
    params[1] = OSSL_PARAM_construct_end();

    hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    pseudonym->mac = EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac);                 /* the context holds it */

    pseudonym->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    pseudonym->hash = EVP_MD_CTX_new();

    if (pseudonym->mac == NULL || pseudonym->sha1 == NULL
        || pseudonym->hash == NULL
        || EVP_MAC_init(pseudonym->mac,
                        key != NULL ? (const uint8_t *) key : drawn, len,
                        params) != 1)
    {
        ctl_pseudonym_close(pseudonym);
        return ctl_pseudonym_failed(error);
    }

    return CTL_OK;
}


void
ctl_pseudonym_close(ctl_pseudonym_t *pseudonym)
{
    EVP_MAC_CTX_free(pseudonym->mac);
    EVP_MD_CTX_free(pseudonym->hash);
    EVP_MD_free(pseudonym->sha1);
    memset(pseudonym, 0, sizeof(*pseudonym));
}


ctl_status_t
ctl_pseudonym_make(ctl_pseudonym_t *pseudonym, ctl_csv_form_t form,
    const uint8_t uuid[16], char *text, ctl_error_t *error)
{
    size_t   len;
    uint8_t  hash[CTL_PSEUDONYM_HASH];

    /* without a key: the one it has, from the beginning */
    if (EVP_MAC_init(pseudonym->mac, NULL, 0, NULL) != 1
        || EVP_MAC_update(pseudonym->mac, uuid, 16) != 1
        || EVP_MAC_final(pseudonym->mac, hash, &len, sizeof(hash)) != 1)
    {
        return ctl_pseudonym_failed(error);
    }

    EVP_EncodeBlock((unsigned char *) text, hash,
                    form == CTL_CSV_2017 ? CTL_PSEUDONYM_2017 : (int) len);

    return CTL_OK;
}


ctl_status_t
ctl_pseudonym_uuid(ctl_pseudonym_t *pseudonym, const char *text, size_t len,
    uint8_t uuid[16], ctl_error_t *error)
{
    uint8_t  hash[EVP_MAX_MD_SIZE];

    if (EVP_DigestInit_ex2(pseudonym->hash, pseudonym->sha1, NULL) != 1
        || EVP_DigestUpdate(pseudonym->hash, ctl_pseudonym_namespace,
                            sizeof(ctl_pseudonym_namespace)) != 1
        || EVP_DigestUpdate(pseudonym->hash, text, len) != 1
        || EVP_DigestFinal_ex(pseudonym->hash, hash, NULL) != 1)
    {
        return ctl_pseudonym_failed(error);
    }

    memcpy(uuid, hash, 16);
    uuid[6] = (uuid[6] & 0x0f) | 0x50;
    uuid[8] = (uuid[8] & 0x3f) | 0x80;

    return CTL_OK;
}


static ctl_status_t
ctl_pseudonym_failed(ctl_error_t *error)
{
    return ctl_error_set(error, CTL_FAILED, "OpenSSL refused HMAC-SHA-512 "
                         "or SHA-1");
}
