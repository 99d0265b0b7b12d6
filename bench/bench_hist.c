/*
 * bench_hist: see bench_hist.h.  Values below 2 * SUB have a bucket each;
 * above, a bucket is named by the position of the highest bit and the five
 * bits behind it.
 */

#include "bench_hist.h"

#define SUB_BITS  5


static size_t bucket_of(uint64_t value);
static uint64_t upper_border(size_t bucket);


void
bench_hist_add(bench_hist_t *hist, uint64_t value)
{
    hist->buckets[bucket_of(value)]++;
    hist->n++;

    if (value > hist->max) {
        hist->max = value;
    }
}


uint64_t
bench_hist_percentile(const bench_hist_t *hist, double percent)
{
    size_t    i;
    uint64_t  border, seen, wanted;

    wanted = (uint64_t) (hist->n * percent / 100.0 + 0.5);
    seen = 0;

    if (wanted == 0) {
        wanted = 1;
    }

    for (i = 0; i < BENCH_HIST_BUCKETS; i++) {
        seen += hist->buckets[i];

        if (hist->n > 0 && seen >= wanted) {
            border = upper_border(i);
            return border < hist->max ? border : hist->max;
        }
    }

    return hist->max;
}


static size_t
bucket_of(uint64_t value)
{
    unsigned  shift;

    if (value < 2 * BENCH_HIST_SUB) {
        return value;
    }

    shift = 63 - (unsigned) __builtin_clzll(value) - SUB_BITS;

    return (size_t) shift * BENCH_HIST_SUB + (size_t) (value >> shift);
}


static uint64_t
upper_border(size_t bucket)
{
    unsigned  shift;

    if (bucket < 2 * BENCH_HIST_SUB) {
        return bucket;
    }

    shift = (unsigned) (bucket / BENCH_HIST_SUB) - 1;

    return ((uint64_t) (bucket - shift * BENCH_HIST_SUB) << shift)
           + (((uint64_t) 1 << shift) - 1);
}
