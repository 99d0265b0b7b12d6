/*
 * ctl_users: the events of an import by user: how many, and the last.  What
 * does not fit in memory goes to PostgreSQL early, so that a user may be
 * there several times; import_totals() adds these up.
 */

#ifndef CTL_USERS_H_INCLUDED
#define CTL_USERS_H_INCLUDED

#include "ctl_pg.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint8_t   id[16];
    uint64_t  pixels;               /* 0: a free slot */
    uint64_t  last_seq;
    int64_t   last_ms;
} ctl_user_t;

typedef struct {
    ctl_pg_t    *pg;
    ctl_user_t  *slots;             /* by the bytes of the id */
    size_t       size;              /* a power of two */
    size_t       n;
} ctl_users_t;

/* size: slots, CTL_USERS_SIZE but in tests; CTL_FAILED: out of memory */
#define CTL_USERS_SIZE  524288      /* 20 MB */

ctl_status_t ctl_users_open(ctl_users_t *users, ctl_pg_t *pg, size_t size);
void ctl_users_close(ctl_users_t *users);

/* seq and ms never fall */
ctl_status_t ctl_users_add(ctl_users_t *users, const uint8_t id[16],
    uint64_t seq, int64_t ms);

/* what is in memory, to the temporary table import_counts */
ctl_status_t ctl_users_flush(ctl_users_t *users);

#endif /* CTL_USERS_H_INCLUDED */
