/*
 * ctl_users: see the header.
 */

#include "ctl_users.h"

#include "canvas_id.h"
#include "ctl_pgcopy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* a UUID and three numbers of 20 digits at most */
#define CTL_USERS_ROW  (CANVAS_UUID_LEN + 3 * 21 + 2)


static ctl_user_t *ctl_users_slot(const ctl_users_t *users,
    const uint8_t id[16]);


ctl_status_t
ctl_users_open(ctl_users_t *users, ctl_pg_t *pg, size_t size)
{
    users->pg = pg;
    users->size = size;
    users->n = 0;
    users->slots = calloc(size, sizeof(*users->slots));

    return users->slots != NULL ? CTL_OK : ctl_error_memory(pg->error);
}


void
ctl_users_close(ctl_users_t *users)
{
    free(users->slots);
    users->slots = NULL;
}


ctl_status_t
ctl_users_add(ctl_users_t *users, const uint8_t id[16], uint64_t seq,
    int64_t ms)
{
    ctl_user_t    *user;
    ctl_status_t   status;

    user = ctl_users_slot(users, id);

    if (user->pixels == 0) {
        if (users->n >= users->size / 4 * 3) {
            status = ctl_users_flush(users);
            if (status != CTL_OK) {
                return status;
            }

            user = ctl_users_slot(users, id);
        }

        memcpy(user->id, id, 16);
        users->n++;
    }

    user->pixels++;
    user->last_seq = seq;
    user->last_ms = ms;

    return CTL_OK;
}


ctl_status_t
ctl_users_flush(ctl_users_t *users)
{
    int                len;
    char               row[CTL_USERS_ROW];
    size_t             i;
    ctl_status_t       status;
    const ctl_user_t  *user;

    status = ctl_pgcopy_begin(users->pg, "COPY import_counts FROM STDIN");

    for (i = 0; i < users->size && status == CTL_OK; i++) {
        user = &users->slots[i];

        if (user->pixels > 0) {
            canvas_uuid_format(user->id, row);
            len = CANVAS_UUID_LEN;
            len += snprintf(row + len, sizeof(row) - len,
                            "\t%" PRIu64 "\t%" PRIu64 "\t%" PRId64 "\n",
                            user->pixels, user->last_seq, user->last_ms);
            status = ctl_pgcopy_put(users->pg, row, len);
        }
    }

    if (status == CTL_OK) {
        status = ctl_pgcopy_end(users->pg, NULL);
    }

    memset(users->slots, 0, users->size * sizeof(*users->slots));
    users->n = 0;

    return status;
}


/* where it is, or where it would be: never full, and ids are hashes */
static ctl_user_t *
ctl_users_slot(const ctl_users_t *users, const uint8_t id[16])
{
    size_t    i;
    uint64_t  hash;

    memcpy(&hash, id, sizeof(hash));

    for (i = hash & (users->size - 1);
         users->slots[i].pixels > 0
         && memcmp(users->slots[i].id, id, 16) != 0;
         i = (i + 1) & (users->size - 1))
    {
        /* void */
    }

    return &users->slots[i];
}
