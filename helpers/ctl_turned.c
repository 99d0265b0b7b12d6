/*
 * ctl_turned: see the header.
 */

#include "ctl_turned.h"

#include "canvas_grid.h"
#include "ctl_base64.h"
#include "ctl_bytea.h"
#include "ctl_canvas.h"
#include "ctl_replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static ctl_status_t ctl_turned_replay(ctl_t *ctl, uint64_t new_epoch,
    char **bytea);
static ctl_status_t ctl_turned_start(ctl_t *ctl, uint64_t new_epoch,
    ctl_replay_t *replay);
static size_t ctl_turned_size(const PGresult *result, int width);


ctl_status_t
ctl_turned_image(ctl_t *ctl, uint64_t closing_epoch, uint64_t new_epoch,
    char **bytea)
{
    ctl_status_t         status;
    ctl_canvas_image_t   image;

    status = ctl_canvas_closing(&ctl->redis, closing_epoch, &image);

    if (status == CTL_NOT_DUE) {
        return ctl_turned_replay(ctl, new_epoch, bytea);
    }

    if (status != CTL_OK) {
        return status;
    }

    status = ctl_bytea_pack(image.state, image.len, bytea, &ctl->error);
    ctl_canvas_image_free(&image);

    return status;
}


static ctl_status_t
ctl_turned_replay(ctl_t *ctl, uint64_t new_epoch, char **bytea)
{
    ctl_replay_t  replay;
    ctl_status_t  status;

    memset(&replay, 0, sizeof(replay));

    status = ctl_turned_start(ctl, new_epoch, &replay);

    if (status == CTL_OK) {
        status = ctl_replay_run(&replay, &ctl->pg, new_epoch);
    }

    if (status == CTL_OK) {
        status = ctl_bytea_pack(replay.state, replay.len, bytea,
                                &ctl->error);
    }

    free(replay.state);

    return status;
}


/* plain background where the canvas of the closing page was last fresh */
static ctl_status_t
ctl_turned_start(ctl_t *ctl, uint64_t new_epoch, ctl_replay_t *replay)
{
    char               epoch[24];
    unsigned           background;
    PGresult          *result;
    const char *const  values[] = { epoch };

    snprintf(epoch, sizeof(epoch), "%" PRIu64, new_epoch);

    result = ctl_pg_query(&ctl->pg,
        "SELECT c.width, c.height, cardinality(c.palette), c.background, "
        "       coalesce(e.epoch, c.start_epoch), "
        "       coalesce(e.base_seq, c.start_seq) "
        "  FROM current_canvas c "
        "  LEFT JOIN LATERAL (SELECT epoch, base_seq FROM canvas_epochs "
        "                      WHERE epoch < $1 "
        "                        AND reason IN ('init', 'rotate', 'reset') "
        "                      ORDER BY epoch DESC LIMIT 1) e ON true",
        1, values);

    if (result == NULL) {
        return ctl->error.status;
    }

    replay->width = atoi(PQgetvalue(result, 0, 0));
    replay->height = atoi(PQgetvalue(result, 0, 1));
    replay->bits = atoi(PQgetvalue(result, 0, 2)) <= 16 ? 4 : 8;
    background = atoi(PQgetvalue(result, 0, 3));
    replay->at.epoch = strtoull(PQgetvalue(result, 0, 4), NULL, 10);
    replay->at.seq = strtoull(PQgetvalue(result, 0, 5), NULL, 10);
    PQclear(result);

    return ctl_replay_fill(replay, background, &ctl->error);
}


ctl_status_t
ctl_turned_base64(ctl_t *ctl, const char *rotation, char **base64)
{
    size_t             size;
    uint8_t           *image;
    PGresult          *result;
    ctl_status_t       status;
    const char *const  values[] = { rotation };

    result = ctl_pg_query(&ctl->pg,
                          "SELECT r.canvas_data_compressed, c.width, "
                          "c.height, cardinality(c.palette) "
                          "FROM rotations r, current_canvas c "
                          "WHERE r.id = $1", 1, values);
    if (result == NULL) {
        return ctl->error.status;
    }

    size = ctl_turned_size(result, 1);
    image = malloc(size);

    if (image == NULL) {
        PQclear(result);
        return ctl_error_memory(&ctl->error);
    }

    status = ctl_bytea_unpack(PQgetvalue(result, 0, 0), image, size,
                              &ctl->error);
    PQclear(result);

    if (status == CTL_OK) {
        *base64 = ctl_base64_encode(image, size);

        if (*base64 == NULL) {
            status = ctl_error_memory(&ctl->error);
        }
    }

    free(image);

    return status;
}


/* bytes of a packed image; width, height, colours are columns from width on */
static size_t
ctl_turned_size(const PGresult *result, int width)
{
    return canvas_grid_packed_size((size_t) atoi(PQgetvalue(result, 0, width))
                                   * atoi(PQgetvalue(result, 0, width + 1)),
                                   atoi(PQgetvalue(result, 0, width + 2))
                                   <= 16 ? 4 : 8);
}
