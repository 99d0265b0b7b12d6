/*
 * ctl_boards: what Redis keeps beside the image and PostgreSQL can tell: the
 * leaderboards and contributors of the week, and the bans.
 */

#ifndef CTL_BOARDS_H_INCLUDED
#define CTL_BOARDS_H_INCLUDED

#include "ctl_pg.h"
#include "ctl_redis.h"

/* replaces them; to be called before the canvas is loaded */
ctl_status_t ctl_boards_restore(ctl_redis_t *redis, ctl_pg_t *pg);

#endif /* CTL_BOARDS_H_INCLUDED */
