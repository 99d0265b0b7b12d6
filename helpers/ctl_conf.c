/*
 * ctl_conf: see the header.  One table row a key: default, setter, help.
 */

#include "ctl_conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CTL_CONF_LINE_MAX  8192

/* what the Function library takes */
#define CTL_CONF_SIDE_MAX  65535
#define CTL_CONF_AREA_MAX  16777216

/* of the films of archives */
#define CTL_CONF_FILM_MAX  600

typedef struct ctl_conf_key_s  ctl_conf_key_t;

/* NULL, or what is wrong with the value */
typedef const char *(*ctl_conf_set_pt)(ctl_conf_t *conf,
    const ctl_conf_key_t *key, const char *value);

struct ctl_conf_key_s {
    const char       *name;
    const char       *value;            /* default */
    ctl_conf_set_pt   set;
    size_t            offset;
    const char       *help;
};


static const char *ctl_conf_string(ctl_conf_t *conf,
    const ctl_conf_key_t *key, const char *value);
static const char *ctl_conf_number(ctl_conf_t *conf,
    const ctl_conf_key_t *key, const char *value);
static const char *ctl_conf_flag(ctl_conf_t *conf, const ctl_conf_key_t *key,
    const char *value);
static const char *ctl_conf_film(ctl_conf_t *conf, const ctl_conf_key_t *key,
    const char *value);
static const char *ctl_conf_size(ctl_conf_t *conf, const ctl_conf_key_t *key,
    const char *value);
static const char *ctl_conf_palette(ctl_conf_t *conf,
    const ctl_conf_key_t *key, const char *value);
static ctl_status_t ctl_conf_file(ctl_conf_t *conf, const char *path,
    FILE *file, ctl_error_t *error);
static ctl_status_t ctl_conf_environment(ctl_conf_t *conf,
    ctl_error_t *error);
static const ctl_conf_key_t *ctl_conf_find(const char *name);
static char *ctl_conf_trim(char *text);


static const ctl_conf_key_t  ctl_conf_keys[] = {
    { "redis", "unix:/run/redis/redis-server.sock", ctl_conf_string,
      offsetof(ctl_conf_t, redis), "unix:/path or host:port" },
    { "redis_user", "", ctl_conf_string,
      offsetof(ctl_conf_t, redis_user), "ACL user" },
    { "redis_password_file", "", ctl_conf_string,
      offsetof(ctl_conf_t, redis_password_file),
      "file whose first line is the password" },
    { "redis_db", "0", ctl_conf_number,
      offsetof(ctl_conf_t, redis_db), "database number" },
    { "redis_prefix", "{main}:", ctl_conf_string,
      offsetof(ctl_conf_t, redis_prefix), "stands before every key" },
    { "postgres", "host=/run/postgresql dbname=canvas", ctl_conf_string,
      offsetof(ctl_conf_t, postgres), "libpq connection string" },
    { "sql_dir", "/usr/share/ngx_canvas_module/sql", ctl_conf_string,
      offsetof(ctl_conf_t, sql_dir), "migrations, functions, roles" },
    { "size", "500x500", ctl_conf_size, 0, "of a new canvas" },
    { "palette", "default", ctl_conf_palette, 0,
      "default, or #RRGGBB,#RRGGBB,..." },
    { "background", "15", ctl_conf_number,
      offsetof(ctl_conf_t, background), "colour index of a fresh canvas" },
    { "archive_dir", "/var/lib/canvas/archives", ctl_conf_string,
      offsetof(ctl_conf_t, archive_dir),
      "where pictures and films of archives go" },
    { "archive_url", "/archives", ctl_conf_string,
      offsetof(ctl_conf_t, archive_url), "where nginx serves them" },
    { "timelapse", "on", ctl_conf_flag,
      offsetof(ctl_conf_t, timelapse), "on or off: films of archives" },
    { "timelapse_seconds", "30", ctl_conf_film,
      offsetof(ctl_conf_t, timelapse_seconds), "their length" },
    { "s3_bucket", "", ctl_conf_string,
      offsetof(ctl_conf_t, s3_bucket),
      "bucket for what would go to archive_dir" },
    { "s3_endpoint", "", ctl_conf_string,
      offsetof(ctl_conf_t, s3_endpoint), "https://HOST of the storage" },
    { "s3_region", "us-east-1", ctl_conf_string,
      offsetof(ctl_conf_t, s3_region), "region of the bucket" },
    { "s3_access_key", "", ctl_conf_string,
      offsetof(ctl_conf_t, s3_access_key), "name of the key" },
    { "s3_secret_key", "", ctl_conf_string,
      offsetof(ctl_conf_t, s3_secret_key), "the key" },
    { "s3_prefix", "", ctl_conf_string,
      offsetof(ctl_conf_t, s3_prefix), "stands before every object's name" },
    { "s3_public_url", "", ctl_conf_string,
      offsetof(ctl_conf_t, s3_public_url),
      "where visitors read the bucket, if not s3_endpoint/s3_bucket" },
    { "pid_file", "", ctl_conf_string,
      offsetof(ctl_conf_t, pid_file), "written by record" },
    { "events_key", "", ctl_conf_string,
      offsetof(ctl_conf_t, events_key),
      "secret that users of export-events are hashed with" },
    { "retain_events", "30", ctl_conf_number,
      offsetof(ctl_conf_t, retain_events),
      "days that maintain leaves archived events; 0: for good" },
    { "retain_imports", "0", ctl_conf_number,
      offsetof(ctl_conf_t, retain_imports),
      "the same for imported events, since the import" },
    { "retain_snapshots", "90", ctl_conf_number,
      offsetof(ctl_conf_t, retain_snapshots), "the same for snapshots" },
    { NULL, NULL, NULL, 0, NULL }
};


ctl_status_t
ctl_conf_load(ctl_conf_t *conf, const char *path, ctl_error_t *error)
{
    FILE                  *file;
    ctl_status_t           status;
    const ctl_conf_key_t  *key;

    memset(conf, 0, sizeof(*conf));

    for (key = ctl_conf_keys; key->name != NULL; key++) {
        if (key->set(conf, key, key->value) != NULL) {
            return ctl_error_memory(error);
        }
    }

    file = fopen(path != NULL ? path : CTL_CONF_DEFAULT, "re");

    if (file != NULL) {
        status = ctl_conf_file(conf, path != NULL ? path : CTL_CONF_DEFAULT,
                               file, error);
        fclose(file);

        if (status != CTL_OK) {
            return status;
        }

    } else if (path != NULL || errno != ENOENT) {
        return ctl_error_set(error, CTL_USAGE,
                             "cannot read settings %s: %s",
                             path != NULL ? path : CTL_CONF_DEFAULT,
                             strerror(errno));
    }

    status = ctl_conf_environment(conf, error);
    if (status != CTL_OK) {
        return status;
    }

    if (conf->background >= conf->palette.n) {
        return ctl_error_set(error, CTL_USAGE,
                             "background is %u, but the palette has only "
                             "colours 0 to %u", conf->background,
                             conf->palette.n - 1);
    }

    return CTL_OK;
}


void
ctl_conf_free(ctl_conf_t *conf)
{
    const ctl_conf_key_t  *key;

    for (key = ctl_conf_keys; key->name != NULL; key++) {
        if (key->set == ctl_conf_string) {
            free(*(char **) ((char *) conf + key->offset));
        }
    }

    memset(conf, 0, sizeof(*conf));
}


void
ctl_conf_help(void)
{
    const ctl_conf_key_t  *key;

    for (key = ctl_conf_keys; key->name != NULL; key++) {
        printf("  %-20s %s%s%s%s\n", key->name, key->help,
               key->value[0] != '\0' ? " (" : "", key->value,
               key->value[0] != '\0' ? ")" : "");
    }
}


static ctl_status_t
ctl_conf_file(ctl_conf_t *conf, const char *path, FILE *file,
    ctl_error_t *error)
{
    char                  *name, *value, line[CTL_CONF_LINE_MAX];
    unsigned               n;
    const char            *wrong;
    const ctl_conf_key_t  *key;

    for (n = 1; fgets(line, sizeof(line), file) != NULL; n++) {

        if (strlen(line) == sizeof(line) - 1) {
            return ctl_error_set(error, CTL_USAGE, "%s:%u: line too long",
                                 path, n);
        }

        name = ctl_conf_trim(line);
        if (*name == '\0' || *name == '#') {
            continue;
        }

        value = strchr(name, '=');
        if (value == NULL) {
            return ctl_error_set(error, CTL_USAGE,
                                 "%s:%u: expected \"key = value\"", path, n);
        }

        *value++ = '\0';
        name = ctl_conf_trim(name);

        key = ctl_conf_find(name);
        if (key == NULL) {
            return ctl_error_set(error, CTL_USAGE,
                                 "%s:%u: unknown key \"%s\" (canvas-helper "
                                 "--help lists them)", path, n, name);
        }

        wrong = key->set(conf, key, ctl_conf_trim(value));
        if (wrong != NULL) {
            return ctl_error_set(error, CTL_USAGE, "%s:%u: %s: %s", path, n,
                                 name, wrong);
        }
    }

    if (ferror(file)) {
        return ctl_error_set(error, CTL_USAGE, "cannot read %s: %s", path,
                             strerror(errno));
    }

    return CTL_OK;
}


static ctl_status_t
ctl_conf_environment(ctl_conf_t *conf, ctl_error_t *error)
{
    char                   variable[64], *p;
    const char            *value, *wrong;
    const ctl_conf_key_t  *key;

    for (key = ctl_conf_keys; key->name != NULL; key++) {

        snprintf(variable, sizeof(variable), "CANVAS_%s", key->name);
        for (p = variable; *p != '\0'; p++) {
            *p = toupper((unsigned char) *p);
        }

        value = getenv(variable);
        if (value == NULL) {
            continue;
        }

        wrong = key->set(conf, key, value);
        if (wrong != NULL) {
            return ctl_error_set(error, CTL_USAGE, "environment: %s: %s",
                                 variable, wrong);
        }
    }

    return CTL_OK;
}


static const ctl_conf_key_t *
ctl_conf_find(const char *name)
{
    const ctl_conf_key_t  *key;

    for (key = ctl_conf_keys; key->name != NULL; key++) {
        if (strcmp(key->name, name) == 0) {
            return key;
        }
    }

    return NULL;
}


static char *
ctl_conf_trim(char *text)
{
    size_t  len;

    text += strspn(text, " \t\r\n");
    len = strlen(text);

    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL) {
        text[--len] = '\0';
    }

    return text;
}


static const char *
ctl_conf_string(ctl_conf_t *conf, const ctl_conf_key_t *key,
    const char *value)
{
    char  *copy, **field;

    copy = strdup(value);
    if (copy == NULL) {
        return "out of memory";
    }

    field = (char **) ((char *) conf + key->offset);
    free(*field);
    *field = copy;

    return NULL;
}


static const char *
ctl_conf_number(ctl_conf_t *conf, const ctl_conf_key_t *key,
    const char *value)
{
    char           *end;
    unsigned long   number;

    errno = 0;
    number = strtoul(value, &end, 10);

    if (!isdigit((unsigned char) *value) || *end != '\0' || errno != 0
        || number > 65535)
    {
        return "expected a number from 0 to 65535";
    }

    *(unsigned *) ((char *) conf + key->offset) = number;

    return NULL;
}


static const char *
ctl_conf_flag(ctl_conf_t *conf, const ctl_conf_key_t *key, const char *value)
{
    bool  on;

    on = strcmp(value, "on") == 0;

    if (!on && strcmp(value, "off") != 0) {
        return "expected on or off";
    }

    *(bool *) ((char *) conf + key->offset) = on;

    return NULL;
}


static const char *
ctl_conf_film(ctl_conf_t *conf, const ctl_conf_key_t *key, const char *value)
{
    const char  *wrong;

    wrong = ctl_conf_number(conf, key, value);

    if (wrong != NULL || conf->timelapse_seconds < 1
        || conf->timelapse_seconds > CTL_CONF_FILM_MAX)
    {
        return "expected a number from 1 to 600";
    }

    return NULL;
}


static const char *
ctl_conf_size(ctl_conf_t *conf, const ctl_conf_key_t *key, const char *value)
{
    char      rest;
    unsigned  width, height;

    (void) key;

    if (strspn(value, "0123456789x") != strlen(value)
        || sscanf(value, "%5ux%5u%c", &width, &height, &rest) != 2
        || width < 1 || width > CTL_CONF_SIDE_MAX
        || height < 1 || height > CTL_CONF_SIDE_MAX
        || width * height > CTL_CONF_AREA_MAX)
    {
        return "expected WIDTHxHEIGHT, at most 16777216 pixels";
    }

    conf->width = width;
    conf->height = height;

    return NULL;
}


static const char *
ctl_conf_palette(ctl_conf_t *conf, const ctl_conf_key_t *key,
    const char *value)
{
    size_t  len;

    (void) key;

    if (strcmp(value, "default") == 0) {
        canvas_palette_default(&conf->palette);
        return NULL;
    }

    conf->palette.n = 0;

    for ( ;; ) {
        len = strcspn(value, ",");

        if (canvas_palette_add(&conf->palette, value, len) != CANVAS_OK) {
            return "expected \"default\" or 2 to 256 of #RRGGBB with commas";
        }

        if (value[len] == '\0') {
            break;
        }

        value += len + 1;
    }

    return conf->palette.n >= 2 ? NULL : "expected at least 2 colours";
}
