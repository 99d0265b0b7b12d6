/*
 * canvas_notice: see the header.
 */

#include "canvas_notice.h"

#include <string.h>

#include <jansson.h>


static canvas_status_t canvas_notice_name(const json_t *root, const char *key,
    char *name);


canvas_status_t
canvas_notice_parse(const char *json, size_t len, canvas_notice_t *notice)
{
    json_t           *root;
    canvas_status_t   status;

    if (len > CANVAS_NOTICE_MAX) {
        return CANVAS_TOO_LARGE;
    }

    root = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
    if (root == NULL) {
        return CANVAS_INVALID;
    }

    status = canvas_notice_name(root, "type", notice->type);

    if (status == CANVAS_OK && notice->type[0] == '\0') {
        status = CANVAS_INVALID;
    }

    if (status == CANVAS_OK) {
        status = canvas_notice_name(root, "kind", notice->kind);
    }

    json_decref(root);

    return status;
}


/* a member that is not there, or no string, is empty; root may be anything */

static canvas_status_t
canvas_notice_name(const json_t *root, const char *key, char *name)
{
    size_t       len;
    const char  *value;

    value = json_string_value(json_object_get(root, key));
    len = value ? strlen(value) : 0;

    if (len >= CANVAS_NOTICE_NAME) {
        return CANVAS_INVALID;
    }

    memcpy(name, value ? value : "", len + 1);

    return CANVAS_OK;
}
