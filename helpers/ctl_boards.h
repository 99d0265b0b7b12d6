/*
 * ctl_boards: what Redis keeps beside the image and PostgreSQL can tell: the
 * leaderboards and contributors of the week, and the bans.
 */

#ifndef CTL_BOARDS_H_INCLUDED
#define CTL_BOARDS_H_INCLUDED

#include "ctl_pg.h"
#include "ctl_position.h"
#include "ctl_redis.h"

/*
 * Replaces boards and contributors by what is recorded, in one step with
 * canvas:folded, which *at tells.  actors: canvas:actors and canvas:factions
 * too, for a canvas that is about to be loaded.
 */
ctl_status_t ctl_boards_restore(ctl_redis_t *redis, ctl_pg_t *pg,
    bool actors, ctl_position_t *at);

/* bans whom PostgreSQL has as banned */
ctl_status_t ctl_boards_ban(ctl_redis_t *redis, ctl_pg_t *pg);

#endif /* CTL_BOARDS_H_INCLUDED */
