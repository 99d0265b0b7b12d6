/*
 * ctl_bytea: see the header.
 */

#include "ctl_bytea.h"

#include "canvas_id.h"
#include "ctl_gzip.h"

#include <stdlib.h>


ctl_status_t
ctl_bytea_pack(const uint8_t *data, size_t len, char **text,
    ctl_error_t *error)
{
    size_t        packed_len;
    uint8_t      *packed;
    ctl_status_t  status;

    status = ctl_gzip_pack(data, len, &packed, &packed_len, error);
    if (status != CTL_OK) {
        return status;
    }

    *text = malloc(2 * packed_len + 3);

    if (*text == NULL) {
        free(packed);
        return ctl_error_memory(error);
    }

    (*text)[0] = '\\';
    (*text)[1] = 'x';
    canvas_hex_format(packed, packed_len, *text + 2);
    (*text)[2 * packed_len + 2] = '\0';

    free(packed);

    return CTL_OK;
}


ctl_status_t
ctl_bytea_unpack(const char *text, uint8_t *out, size_t size,
    ctl_error_t *error)
{
    size_t          packed_len;
    unsigned char  *packed;
    ctl_status_t    status;

    packed = PQunescapeBytea((const unsigned char *) text, &packed_len);
    if (packed == NULL) {
        return ctl_error_memory(error);
    }

    status = ctl_gzip_unpack(packed, packed_len, out, size, error);
    PQfreemem(packed);

    return status;
}
