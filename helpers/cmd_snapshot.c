/*
 * snapshot: stores the canvas as it is now, so that a restore needs to replay
 * only what follows.  Meant for cron.
 */

#include "ctl.h"

#include "ctl_bytea.h"
#include "ctl_canvas.h"
#include "ctl_recorder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CMD_SNAPSHOT_JSON
};


static ctl_status_t cmd_snapshot_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_snapshot_store(ctl_t *ctl,
    const ctl_canvas_hello_t *hello, const ctl_canvas_image_t *image,
    bool json);


static const ctl_option_t  cmd_snapshot_options[] = {
    { "json", 0, NULL, "print the snapshot's number and position as JSON" },
    { NULL, 0, NULL, NULL }
};

const ctl_command_t  cmd_snapshot = {
    .name = "snapshot",
    .synopsis = "[--json]",
    .summary = "store the canvas as it is now in PostgreSQL",
    .text = "What timelapses are made of and where a restore starts from.  "
            "Twice without a\nchange in between stores one.\n",
    .options = cmd_snapshot_options,
    .run = cmd_snapshot_run
};


static ctl_status_t
cmd_snapshot_run(ctl_t *ctl, const ctl_args_t *args)
{
    ctl_status_t         status;
    ctl_position_t       at;
    ctl_canvas_hello_t   hello;
    ctl_canvas_image_t   image;

    status = ctl_canvas_hello(&ctl->redis, &hello);

    if (status == CTL_OK) {
        status = ctl_canvas_read(&ctl->redis, &image);
    }

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "Redis holds no canvas: run canvas-helper "
                             "migrate, or restore");
    }

    if (status != CTL_OK) {
        return status;
    }

    /* never ahead of the log: a restore must be a replay of it */
    at.epoch = image.epoch;
    at.seq = image.seq;

    status = ctl_recorder_drain(&ctl->redis, &ctl->pg, at);

    if (status == CTL_OK) {
        status = cmd_snapshot_store(ctl, &hello, &image,
                                    args->option[CMD_SNAPSHOT_JSON] != NULL);
    }

    ctl_canvas_image_free(&image);

    return status;
}


static ctl_status_t
cmd_snapshot_store(ctl_t *ctl, const ctl_canvas_hello_t *hello,
    const ctl_canvas_image_t *image, bool json)
{
    char          *data, width[16], height[16], epoch[24], seq[24];
    PGresult      *result;
    const char    *values[5];
    ctl_status_t   status;

    status = ctl_bytea_pack(image->state, image->len, &data, &ctl->error);
    if (status != CTL_OK) {
        return status;
    }

    snprintf(width, sizeof(width), "%u", hello->width);
    snprintf(height, sizeof(height), "%u", hello->height);
    snprintf(epoch, sizeof(epoch), "%" PRIu64, image->epoch);
    snprintf(seq, sizeof(seq), "%" PRIu64, image->seq);

    values[0] = data;
    values[1] = width;
    values[2] = height;
    values[3] = epoch;
    values[4] = seq;

    result = ctl_pg_query(&ctl->pg,
                          "SELECT snapshot_insert($1, $2, $3, $4, $5)", 5,
                          values);
    if (result == NULL) {
        free(data);
        return ctl->error.status;
    }

    printf(json ? "{\"id\":%s,\"epoch\":%s,\"seq\":%s,\"bytes\":%zu}\n"
                : "snapshot %s at %s-%s, %zu bytes\n",
           PQgetvalue(result, 0, 0), epoch, seq, strlen(data) / 2 - 1);

    PQclear(result);
    free(data);

    return CTL_OK;
}
