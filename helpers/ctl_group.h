/*
 * ctl_group: the consumer group "recorder" of the stream canvas:events.  It
 * says what was delivered; what is recorded, PostgreSQL knows alone.
 */

#ifndef CTL_GROUP_H_INCLUDED
#define CTL_GROUP_H_INCLUDED

#include "ctl_redis.h"

/* makes the group; does nothing when it is there */
ctl_status_t ctl_group_create(ctl_redis_t *redis);

/*
 * Delivers again what follows id, if more was delivered: PostgreSQL may have
 * come back from a backup, or as a replica that was behind.
 */
ctl_status_t ctl_group_rewind(ctl_redis_t *redis, uint64_t epoch,
    uint64_t seq);

/*
 * Up to count entries: after == NULL: new ones, waiting up to block_ms, else
 * those behind it that were delivered and not acknowledged.  *reply == NULL:
 * nothing came.
 */
ctl_status_t ctl_group_read(ctl_redis_t *redis, const char *after,
    unsigned count, int block_ms, redisReply **reply);

/* the first n entries of a reply's list */
ctl_status_t ctl_group_ack(ctl_redis_t *redis, const redisReply *entries,
    size_t n);

/* drops what is before the position, by whole nodes of the stream */
ctl_status_t ctl_group_trim(ctl_redis_t *redis, uint64_t epoch,
    uint64_t seq);

#endif /* CTL_GROUP_H_INCLUDED */
