/*
 * floor_log: see floor_log.h.
 */

#define _GNU_SOURCE

#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "floor_log.h"

#define MASK  (FLOOR_LOG_SIZE - 1)


floor_log_t *
floor_log_new(unsigned processes)
{
    unsigned      i;
    floor_log_t  *log;

    log = mmap(NULL, sizeof(floor_log_t), PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (log == MAP_FAILED) {
        return NULL;
    }

    log->processes = processes;

    for (i = 0; i < processes; i++) {
        log->wake[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

        if (log->wake[i] == -1) {
            return NULL;
        }
    }

    return log;
}


uint64_t
floor_log_append(floor_log_t *log, unsigned process, floor_change_t change)
{
    unsigned       i;
    uint64_t       one, seq;
    floor_slot_t  *slot;

    one = 1;
    seq = atomic_fetch_add(&log->seq, 1) + 1;
    slot = &log->slots[seq & MASK];
    slot->change = change;
    atomic_store_explicit(&slot->seq, seq, memory_order_release);

    for (i = 0; i < log->processes; i++) {
        if (i != process && atomic_exchange(&log->woken[i], 1) == 0
            && write(log->wake[i], &one, sizeof(one)) == -1)
        {
            /* the counter is at its maximum: it is awake */
            continue;
        }
    }

    return seq;
}


void
floor_log_awake(floor_log_t *log, unsigned process)
{
    uint64_t  count;

    if (read(log->wake[process], &count, sizeof(count)) == sizeof(count)) {
        atomic_store(&log->woken[process], 0);
    }
}


int
floor_log_get(floor_log_t *log, uint64_t seq, floor_change_t *change)
{
    uint64_t       found;
    floor_slot_t  *slot;

    slot = &log->slots[seq & MASK];
    found = atomic_load_explicit(&slot->seq, memory_order_acquire);

    if (found == seq) {
        *change = slot->change;
        return 1;
    }

    return found > seq ? -1 : 0;
}
