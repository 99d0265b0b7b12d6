/*
 * media: pictures and films of archives that have none yet: see ctl_media.
 * Meant for cron.
 */

#include "ctl.h"

#include "ctl_arg.h"
#include "ctl_media.h"

#include <stdio.h>

/* an index scan over the log of a week */
#define CMD_MEDIA_TIMEOUT_MS  600000

enum {
    CMD_MEDIA_ARCHIVE
};


static ctl_status_t cmd_media_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_media_exists(ctl_t *ctl, const char *archive);


static const ctl_option_t  cmd_media_options[] = {
    { "archive", 'a', "ID", "this archive (UUID), whatever its age" },
    { NULL, 0, NULL, NULL }
};

const ctl_command_t  cmd_media = {
    .name = "media",
    .synopsis = "[--archive ID]",
    .summary = "make pictures and films that archives lack, and store them",
    .text = "Picture, thumbnail, heat map and film (needs ffmpeg) of every "
            "week that ended in the\nlast four weeks and has not all of them: "
            "into archive_dir, or s3_bucket when that is\nset.  Their URLs "
            "are noted in the archive.  What fails is tried again by the "
            "next run.\n",
    .options = cmd_media_options,
    .run = cmd_media_run
};


static ctl_status_t
cmd_media_run(ctl_t *ctl, const ctl_args_t *args)
{
    ctl_media_t    media;
    const char    *archive;
    ctl_status_t   status;

    archive = args->option[CMD_MEDIA_ARCHIVE];

    if (archive != NULL && !ctl_arg_uuid(archive)) {
        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "media: --archive \"%s\": expected a UUID; the "
                             "id of an archive is in GET /api/archives",
                             archive);
    }

    ctl->pg.timeout_ms = CMD_MEDIA_TIMEOUT_MS;

    status = ctl_pg_connect(&ctl->pg);

    if (status == CTL_OK && archive != NULL) {
        status = cmd_media_exists(ctl, archive);
    }

    if (status != CTL_OK) {
        return status;
    }

    status = ctl_media_make(ctl, archive, &media);

    if (media.made > 0) {
        printf("%u made and stored\n", media.made);
    }

    if (media.failed > 0) {
        return ctl_error_set(&ctl->error, status,
                             "media: %u could not be made or stored: the log "
                             "says why", media.failed);
    }

    return status;
}


static ctl_status_t
cmd_media_exists(ctl_t *ctl, const char *archive)
{
    bool               found;
    PGresult          *result;
    const char *const  values[] = { archive };

    result = ctl_pg_query(&ctl->pg,
                          "SELECT FROM canvas_archives WHERE id = $1", 1,
                          values);
    if (result == NULL) {
        return ctl->error.status;
    }

    found = PQntuples(result) == 1;
    PQclear(result);

    return found ? CTL_OK
           : ctl_error_set(&ctl->error, CTL_FAILED, "no archive %s", archive);
}
