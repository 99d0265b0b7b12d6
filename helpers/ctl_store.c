/*
 * ctl_store: see the header.
 */

#include "ctl_store.h"

#include "ctl_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static ctl_status_t ctl_store_file(const ctl_conf_t *conf, const char *name,
    const void *data, size_t len, char **url, ctl_error_t *error);


ctl_status_t
ctl_store_open(ctl_store_t *store, const ctl_conf_t *conf,
    ctl_error_t *error)
{
    memset(store, 0, sizeof(*store));
    store->conf = conf;

    return ctl_s3_wanted(conf) ? ctl_s3_open(&store->s3, conf, error)
                               : CTL_OK;
}


void
ctl_store_close(ctl_store_t *store)
{
    ctl_s3_close(&store->s3);
}


ctl_status_t
ctl_store_put(ctl_store_t *store, const char *name, const char *type,
    const void *data, size_t len, unsigned tries, char **url,
    ctl_error_t *error)
{
    ctl_s3_object_t  object;

    if (!ctl_s3_wanted(store->conf)) {
        return ctl_store_file(store->conf, name, data, len, url, error);
    }

    object.name = name;
    object.type = type;
    object.data = data;
    object.len = len;

    return ctl_s3_put(&store->s3, &object, tries, url, error);
}


static ctl_status_t
ctl_store_file(const ctl_conf_t *conf, const char *name, const void *data,
    size_t len, char **url, ctl_error_t *error)
{
    char          *path;
    ctl_status_t   status;

    status = ctl_file_directory(conf->archive_dir, error);
    if (status != CTL_OK) {
        return status;
    }

    if (asprintf(&path, "%s/%s", conf->archive_dir, name) < 0) {
        return ctl_error_memory(error);
    }

    status = ctl_file_write(path, data, len, 0644, error);
    free(path);

    if (status == CTL_OK
        && asprintf(url, "%s/%s", conf->archive_url, name) < 0)
    {
        status = ctl_error_memory(error);
    }

    return status;
}
