/*
 * ctl_media: see the header.
 */

#include "ctl_media.h"

#include "ctl_file.h"
#include "ctl_log.h"
#include "ctl_picture.h"
#include "ctl_store.h"
#include "ctl_timelapse.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CTL_MEDIA_LOCK        "canvas:media"
#define CTL_MEDIA_TRIES       5
#define CTL_MEDIA_THUMBNAIL   250
#define CTL_MEDIA_NICE        10

/* a film is enlarged up to this: at 1:1 video blurs colours */
#define CTL_MEDIA_SIDE        1080
#define CTL_MEDIA_SCALE_MAX   8

/* one that is being made */
typedef struct {
    const char  *archive;
    unsigned     side;              /* longest, pixels */
    uint8_t     *data;              /* malloc()ed */
    size_t       len;
} ctl_media_object_t;

typedef struct {
    const char     *kind;           /* of media_lacking() */
    const char     *suffix;
    const char     *type;
    bool            hurry;
    ctl_status_t  (*draw)(ctl_t *ctl, ctl_media_object_t *object);
} ctl_media_kind_t;


static ctl_status_t ctl_media_list(ctl_t *ctl, const char *archive,
    bool hurry, ctl_media_t *media);
static ctl_status_t ctl_media_rows(ctl_t *ctl, const PGresult *rows,
    bool hurry, ctl_media_t *media);
static const ctl_media_kind_t *ctl_media_find(const char *kind);
static ctl_status_t ctl_media_put(ctl_t *ctl, ctl_store_t *store,
    const ctl_media_kind_t *kind, const ctl_media_object_t *object,
    unsigned tries);
static ctl_status_t ctl_media_image(ctl_t *ctl, ctl_media_object_t *object);
static ctl_status_t ctl_media_thumbnail(ctl_t *ctl,
    ctl_media_object_t *object);
static ctl_status_t ctl_media_heatmap(ctl_t *ctl,
    ctl_media_object_t *object);
static ctl_status_t ctl_media_video(ctl_t *ctl, ctl_media_object_t *object);
static ctl_status_t ctl_media_render(ctl_t *ctl, ctl_media_object_t *object,
    const char *path);
static ctl_status_t ctl_media_draw(ctl_t *ctl, ctl_picture_t *picture,
    ctl_media_object_t *object);


static const ctl_media_kind_t  ctl_media_kinds[] = {
    { "image", ".png", "image/png", true, ctl_media_image },
    { "thumbnail", "-thumbnail.png", "image/png", true,
      ctl_media_thumbnail },
    { "heatmap", "-heatmap.png", "image/png", false, ctl_media_heatmap },
    { "video", ".mp4", "video/mp4", false, ctl_media_video },
    { NULL, NULL, NULL, false, NULL }
};


ctl_status_t
ctl_media_make(ctl_t *ctl, const char *archive, ctl_media_t *media)
{
    ctl_status_t  status;

    memset(media, 0, sizeof(*media));

    status = ctl_pg_lock(&ctl->pg, CTL_MEDIA_LOCK, false);

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&ctl->error, CTL_NOT_DUE,
                             "another run makes pictures and films");
    }

    if (status != CTL_OK) {
        return status;
    }

    /* who paints does not wait for films, nor does the recorder */
    (void) nice(CTL_MEDIA_NICE);

    status = ctl_media_list(ctl, archive, false, media);
    (void) ctl_pg_unlock(&ctl->pg, CTL_MEDIA_LOCK);

    return status;
}


ctl_status_t
ctl_media_hurry(ctl_t *ctl, const char *archive)
{
    ctl_media_t  media;

    return ctl_media_list(ctl, archive, true, &media);
}


static ctl_status_t
ctl_media_list(ctl_t *ctl, const char *archive, bool hurry,
    ctl_media_t *media)
{
    PGresult           *rows;
    ctl_status_t        status;
    const char *const   values[] = {
        archive, ctl->conf.timelapse ? "true" : "false"
    };

    memset(media, 0, sizeof(*media));

    rows = ctl_pg_query(&ctl->pg,
                        "SELECT id, kind, side FROM media_lacking($1, $2)",
                        2, values);
    if (rows == NULL) {
        return ctl->error.status;
    }

    status = ctl_media_rows(ctl, rows, hurry, media);
    PQclear(rows);

    return status;
}


static ctl_status_t
ctl_media_rows(ctl_t *ctl, const PGresult *rows, bool hurry,
    ctl_media_t *media)
{
    int                       i;
    bool                      drawn;
    ctl_store_t               store;
    ctl_status_t              status, worst;
    ctl_media_object_t        object;
    const ctl_media_kind_t   *kind;

    worst = ctl_store_open(&store, &ctl->conf, &ctl->error);
    drawn = worst == CTL_OK;

    if (!drawn) {
        ctl_log(CTL_LOG_ERROR, "media: %s", ctl->error.text);
    }

    /* what cannot be drawn stands for itself, what cannot be put for all */
    for (i = 0; drawn && i < PQntuples(rows); i++) {
        kind = ctl_media_find(PQgetvalue(rows, i, 1));

        if (kind == NULL || (hurry && !kind->hurry)) {
            continue;
        }

        memset(&object, 0, sizeof(object));
        object.archive = PQgetvalue(rows, i, 0);
        object.side = atoi(PQgetvalue(rows, i, 2));

        status = kind->draw(ctl, &object);

        if (status == CTL_OK) {
            status = ctl_media_put(ctl, &store, kind, &object,
                                   hurry ? 1 : CTL_MEDIA_TRIES);
            drawn = status == CTL_OK;
        }

        free(object.data);

        if (status == CTL_OK) {
            media->made++;
            continue;
        }

        ctl_log(CTL_LOG_ERROR, "media: no %s of archive %s: %s", kind->kind,
                object.archive, ctl->error.text);
        media->failed++;
        worst = status;
    }

    ctl_store_close(&store);

    return worst;
}


static const ctl_media_kind_t *
ctl_media_find(const char *name)
{
    const ctl_media_kind_t  *kind;

    for (kind = ctl_media_kinds; kind->kind != NULL; kind++) {
        if (strcmp(kind->kind, name) == 0) {
            return kind;
        }
    }

    return NULL;
}


static ctl_status_t
ctl_media_put(ctl_t *ctl, ctl_store_t *store, const ctl_media_kind_t *kind,
    const ctl_media_object_t *object, unsigned tries)
{
    char          *url, name[80];
    const char    *values[3];
    ctl_status_t   status;

    snprintf(name, sizeof(name), "%s%s", object->archive, kind->suffix);

    status = ctl_store_put(store, name, kind->type, object->data,
                           object->len, tries, &url, &ctl->error);
    if (status != CTL_OK) {
        return status;
    }

    values[0] = object->archive;
    values[1] = kind->kind;
    values[2] = url;

    status = ctl_pg_run(&ctl->pg, "SELECT archive_media($1, $2, $3)", 3,
                        values);
    free(url);

    return status;
}


static ctl_status_t
ctl_media_image(ctl_t *ctl, ctl_media_object_t *object)
{
    ctl_picture_t  picture;

    ctl_picture_init(&picture);

    return ctl_media_draw(ctl, &picture, object);
}


static ctl_status_t
ctl_media_thumbnail(ctl_t *ctl, ctl_media_object_t *object)
{
    ctl_picture_t  picture;

    ctl_picture_init(&picture);
    picture.thumbnail = CTL_MEDIA_THUMBNAIL;

    return ctl_media_draw(ctl, &picture, object);
}


static ctl_status_t
ctl_media_heatmap(ctl_t *ctl, ctl_media_object_t *object)
{
    ctl_picture_t  picture;

    ctl_picture_init(&picture);
    picture.heat = true;

    return ctl_media_draw(ctl, &picture, object);
}


static ctl_status_t
ctl_media_draw(ctl_t *ctl, ctl_picture_t *picture,
    ctl_media_object_t *object)
{
    picture->archive = object->archive;

    return ctl_picture_draw(ctl, picture, &object->data, &object->len);
}


/* ffmpeg writes files, not bytes: into a folder of our own */
static ctl_status_t
ctl_media_video(ctl_t *ctl, ctl_media_object_t *object)
{
    char          *path, *end;
    const char    *parent;
    ctl_status_t   status;

    parent = getenv("TMPDIR");

    if (asprintf(&path, "%s/canvas-media-XXXXXX/film.mp4",
                 parent != NULL && *parent != '\0' ? parent
                                                   : "/var/tmp") < 0)
    {
        return ctl_error_memory(&ctl->error);
    }

    end = strrchr(path, '/');
    *end = '\0';

    if (mkdtemp(path) == NULL) {
        ctl_error_set(&ctl->error, CTL_FAILED, "cannot create %s: %m", path);
        free(path);
        return CTL_FAILED;
    }

    *end = '/';
    status = ctl_media_render(ctl, object, path);

    unlink(path);
    *end = '\0';
    rmdir(path);
    free(path);

    return status;
}


static ctl_status_t
ctl_media_render(ctl_t *ctl, ctl_media_object_t *object, const char *path)
{
    unsigned          scale;
    ctl_status_t      status;
    ctl_timelapse_t   film;

    scale = CTL_MEDIA_SIDE / (object->side > 0 ? object->side : 1);
    scale = scale < CTL_MEDIA_SCALE_MAX ? scale : CTL_MEDIA_SCALE_MAX;

    ctl_timelapse_init(&film);
    film.archive = object->archive;
    film.path = path;
    film.length_ms = ctl->conf.timelapse_seconds * 1000;
    film.scale = scale > 0 ? scale : 1;
    film.quiet = true;
    film.stoppable = true;

    status = ctl_timelapse_render(ctl, &film);
    if (status != CTL_OK) {
        return status;
    }

    if (film.missing > 0) {
        ctl_log(CTL_LOG_WARN, "media: the film of archive %s is without %"
                PRIu64 " changes, which are not in PostgreSQL any more",
                object->archive, film.missing);
    }

    return ctl_file_load(path, &object->data, &object->len, &ctl->error);
}
