/*
 * ctl_group: the consumer group "recorder" of the stream canvas:events.  It
 * says what was delivered; what is recorded, PostgreSQL knows alone.
 */

#ifndef CTL_GROUP_H_INCLUDED
#define CTL_GROUP_H_INCLUDED

#include "ctl_position.h"
#include "ctl_redis.h"

/* makes the group; does nothing when it is there */
ctl_status_t ctl_group_create(ctl_redis_t *redis);

/*
 * Delivers again what follows the position, if more was delivered: a batch
 * was not recorded, or PostgreSQL came back from a backup.
 */
ctl_status_t ctl_group_rewind(ctl_redis_t *redis, ctl_position_t position);

/*
 * Up to count entries that were not delivered yet, waiting up to block_ms.
 * Nothing has to be acknowledged.  *reply == NULL: nothing came.
 */
ctl_status_t ctl_group_read(ctl_redis_t *redis, unsigned count, int block_ms,
    redisReply **reply);

/* the position of the newest entry, 0-0 if there never was one */
ctl_status_t ctl_group_newest(ctl_redis_t *redis, ctl_position_t *position);

/* drops what is before the position, by whole nodes of the stream */
ctl_status_t ctl_group_trim(ctl_redis_t *redis, ctl_position_t position);

#endif /* CTL_GROUP_H_INCLUDED */
