/*
 * bench_hist: a histogram of durations in buckets that grow with the value
 * (32 to each power of two), so that a percentile is at most 3 % off whatever
 * the range, in fixed memory.
 */

#ifndef BENCH_HIST_H_INCLUDED
#define BENCH_HIST_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

#define BENCH_HIST_SUB      32
#define BENCH_HIST_BUCKETS  (60 * BENCH_HIST_SUB)

typedef struct {
    uint64_t  n;
    uint64_t  max;
    uint64_t  buckets[BENCH_HIST_BUCKETS];
} bench_hist_t;

void bench_hist_add(bench_hist_t *hist, uint64_t value);

/* the upper border of the bucket that holds the percentile; 0 when empty */
uint64_t bench_hist_percentile(const bench_hist_t *hist, double percent);

#endif /* BENCH_HIST_H_INCLUDED */
