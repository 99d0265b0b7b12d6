/*
 * ctl_batch: entries of the log as statements of one transaction, which the
 * caller opens and closes.  Entries at or before recorder->done
 * are skipped; recorder->done moves along.
 *
 * With recorder->careful, events that PostgreSQL refuses are set aside one by
 * one; without, the first of them fails the transaction, which is cheaper.
 */

#ifndef CTL_BATCH_H_INCLUDED
#define CTL_BATCH_H_INCLUDED

#include "ctl_recorder.h"

/* the list of entries in the reply of XREADGROUP for one stream, or NULL */
const redisReply *ctl_batch_entries(const redisReply *reply);

/* the entries of n replies, CTL_RECORDER_BATCH of them at most */
ctl_status_t ctl_batch_record(ctl_recorder_t *recorder,
    redisReply *const *replies, size_t n);

#endif /* CTL_BATCH_H_INCLUDED */
