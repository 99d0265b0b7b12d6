/*
 * ctl_conf: the settings.  A file of "key = value" lines ("#" begins a
 * comment line), then CANVAS_<KEY> of the environment, which wins.  Bad
 * values and unknown keys are refused with file and line.
 */

#ifndef CTL_CONF_H_INCLUDED
#define CTL_CONF_H_INCLUDED

#include "canvas_palette.h"
#include "ctl_error.h"

#include <stdbool.h>

#define CTL_CONF_DEFAULT  "/etc/canvas/canvas-helper.conf"

typedef struct {
    /* as written; all malloc()ed, never NULL after ctl_conf_load() */
    char              *redis;           /* unix:/path or host:port */
    char              *redis_user;
    char              *redis_password_file;
    char              *redis_prefix;
    char              *postgres;        /* conninfo */
    char              *sql_dir;
    char              *archive_dir;
    char              *archive_url;
    char              *s3_endpoint;     /* http://..., https://... */
    char              *s3_bucket;       /* "": archive_dir is the store */
    char              *s3_region;
    char              *s3_access_key;
    char              *s3_secret_key;
    char              *s3_prefix;
    char              *s3_public_url;   /* "": endpoint/bucket */
    char              *pid_file;
    char              *events_key;

    unsigned           redis_db;
    unsigned           width;
    unsigned           height;
    unsigned           background;
    bool               timelapse;
    unsigned           timelapse_seconds;
    unsigned           retain_events;       /* days; 0: for good */
    unsigned           retain_imports;
    unsigned           retain_snapshots;
    canvas_palette_t   palette;
} ctl_conf_t;

/* path == NULL: the default file, which may be missing */
ctl_status_t ctl_conf_load(ctl_conf_t *conf, const char *path,
    ctl_error_t *error);
void ctl_conf_free(ctl_conf_t *conf);

/* prints each key with its default and meaning to stdout, for --help */
void ctl_conf_help(void);

#endif /* CTL_CONF_H_INCLUDED */
