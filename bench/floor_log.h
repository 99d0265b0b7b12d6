/*
 * floor_log: the changes that the processes of epoll_broadcast share: a ring
 * in shared memory, a counter that gives out seqs, and a descriptor a process
 * to wake it.  Whoever appends takes no lock; every reader goes at its own
 * pace and must not fall a whole ring behind.
 */

#ifndef FLOOR_LOG_H_INCLUDED
#define FLOOR_LOG_H_INCLUDED

#include <stdatomic.h>
#include <stdint.h>

#define FLOOR_PROCESSES_MAX  16
#define FLOOR_LOG_SIZE       65536      /* changes, a power of two */

typedef struct {
    uint16_t  x;
    uint16_t  y;
    uint8_t   color;
} floor_change_t;

typedef struct {
    _Atomic uint64_t  seq;              /* 0: never written */
    floor_change_t    change;
} floor_slot_t;

typedef struct {
    _Atomic uint64_t  seq;              /* last one given out */
    unsigned          processes;
    int               wake[FLOOR_PROCESSES_MAX];    /* eventfds */
    _Atomic unsigned  woken[FLOOR_PROCESSES_MAX];
    floor_slot_t      slots[FLOOR_LOG_SIZE];
} floor_log_t;

/* before the processes are forked; NULL with errno */
floor_log_t *floor_log_new(unsigned processes);

/* returns the seq; wakes all processes but this one */
uint64_t floor_log_append(floor_log_t *log, unsigned process,
    floor_change_t change);

/* the process was woken and is about to read */
void floor_log_awake(floor_log_t *log, unsigned process);

/* 1: the change of that seq, 0: not there yet, -1: overwritten */
int floor_log_get(floor_log_t *log, uint64_t seq, floor_change_t *change);

#endif /* FLOOR_LOG_H_INCLUDED */
