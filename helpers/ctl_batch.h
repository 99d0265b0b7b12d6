/*
 * ctl_batch: the entries of one XREADGROUP as statements of one transaction,
 * which the caller opens and closes.  Entries at or before recorder->done
 * are skipped; recorder->done moves along.
 */

#ifndef CTL_BATCH_H_INCLUDED
#define CTL_BATCH_H_INCLUDED

#include "ctl_recorder.h"

/* the list of entries in the reply of XREADGROUP for one stream, or NULL */
const redisReply *ctl_batch_entries(const redisReply *reply);

/* the first n of them */
ctl_status_t ctl_batch_record(ctl_recorder_t *recorder,
    const redisReply *entries, size_t n);

#endif /* CTL_BATCH_H_INCLUDED */
