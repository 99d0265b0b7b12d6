/*
 * ctl_archive: see the header.
 */

#include "ctl_archive.h"

#include "ctl_pgarray.h"

#include <stdlib.h>
#include <string.h>


ctl_status_t
ctl_archive_read(ctl_t *ctl, const char *archive, ctl_image_t *image)
{
    size_t              len;
    PGresult           *result;
    ctl_status_t        status;
    unsigned char      *packed;
    const char *const   values[] = { archive };

    memset(image, 0, sizeof(*image));

    result = ctl_pg_query(&ctl->pg,
                          "SELECT decode(canvas_data, 'base64'), width, "
                          "height, palette FROM canvas_archives "
                          "WHERE id = $1", 1, values);
    if (result == NULL) {
        return ctl->error.status;
    }

    packed = NULL;

    if (PQntuples(result) != 1) {
        status = ctl_error_set(&ctl->error, CTL_FAILED, "no archive %s",
                               archive);

    } else if (ctl_pgarray_parse(PQgetvalue(result, 0, 3), &image->palette)
               != CANVAS_OK)
    {
        status = ctl_error_set(&ctl->error, CTL_FAILED,
                               "archive %s has a damaged palette", archive);

    } else {
        image->width = atoi(PQgetvalue(result, 0, 1));
        image->height = atoi(PQgetvalue(result, 0, 2));
        packed = PQunescapeBytea(
                     (unsigned char *) PQgetvalue(result, 0, 0), &len);

        status = packed == NULL ? ctl_error_memory(&ctl->error)
                 : ctl_image_unpack(image, packed, len, &ctl->error);
    }

    PQfreemem(packed);
    PQclear(result);

    return status;
}
