/*
 * ctl_sort: see the header.  A run is sorted by radix, least digit first,
 * which is stable; runs are merged through a heap in which the older run wins
 * a tie.
 */

#include "ctl_sort.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CTL_SORT_BITS    11
#define CTL_SORT_DIGITS  (1 << CTL_SORT_BITS)

/* events read ahead of each run */
#define CTL_SORT_AHEAD   8192

typedef struct {
    ctl_event_t  *ahead;
    size_t        at;               /* in ahead */
    size_t        n;
    off_t         offset;           /* of what follows in the file */
    off_t         end;
} ctl_sort_run_t;

struct ctl_sort_s {
    int              fd;            /* -1: nothing was spilled */
    size_t           max;
    size_t           n;             /* in memory */
    size_t           at;            /* given, when nothing was spilled */
    ctl_event_t     *events;
    ctl_event_t     *scratch;
    uint64_t         count;
    size_t           nruns;
    ctl_sort_run_t   runs[CTL_SORT_RUNS];
    size_t           heap[CTL_SORT_RUNS];
    size_t           nheap;
};


static ctl_status_t ctl_sort_run(ctl_sort_t *sort, ctl_error_t *error);
static void ctl_sort_pass(ctl_event_t *to, const ctl_event_t *from, size_t n,
    int64_t least, unsigned shift);
static ctl_status_t ctl_sort_spill(ctl_sort_t *sort, ctl_error_t *error);
static ctl_status_t ctl_sort_file(ctl_sort_t *sort, ctl_error_t *error);
static const char *ctl_sort_directory(void);
static ctl_status_t ctl_sort_ahead(ctl_sort_t *sort, ctl_sort_run_t *run,
    ctl_error_t *error);
static int ctl_sort_before(const ctl_sort_t *sort, size_t a, size_t b);
static void ctl_sort_sink(ctl_sort_t *sort, size_t i);
static ctl_status_t ctl_sort_error(ctl_error_t *error);


ctl_sort_t *
ctl_sort_open(size_t run)
{
    ctl_sort_t  *sort;

    sort = calloc(1, sizeof(*sort));
    if (sort == NULL) {
        return NULL;
    }

    sort->fd = -1;
    sort->max = run;
    sort->events = malloc(run * sizeof(*sort->events));

    if (sort->events == NULL) {
        ctl_sort_close(sort);
        return NULL;
    }

    return sort;
}


void
ctl_sort_close(ctl_sort_t *sort)
{
    size_t  i;

    if (sort == NULL) {
        return;
    }

    for (i = 0; i < sort->nruns; i++) {
        free(sort->runs[i].ahead);
    }

    if (sort->fd >= 0) {
        close(sort->fd);
    }

    free(sort->events);
    free(sort->scratch);
    free(sort);
}


ctl_status_t
ctl_sort_put(ctl_sort_t *sort, const ctl_event_t *event, ctl_error_t *error)
{
    ctl_status_t  status;

    if (sort->n == sort->max) {
        status = ctl_sort_spill(sort, error);
        if (status != CTL_OK) {
            return status;
        }
    }

    sort->events[sort->n++] = *event;
    sort->count++;

    return CTL_OK;
}


ctl_status_t
ctl_sort_begin(ctl_sort_t *sort, ctl_error_t *error)
{
    size_t        i;
    ctl_status_t  status;

    if (sort->nruns == 0) {
        return ctl_sort_run(sort, error);
    }

    status = ctl_sort_spill(sort, error);

    /* their memory is what the runs are read through */
    free(sort->events);
    sort->events = NULL;
    free(sort->scratch);
    sort->scratch = NULL;

    for (i = 0; i < sort->nruns && status == CTL_OK; i++) {
        status = ctl_sort_ahead(sort, &sort->runs[i], error);
        sort->heap[sort->nheap++] = i;
    }

    for (i = sort->nheap / 2; i > 0 && status == CTL_OK; i--) {
        ctl_sort_sink(sort, i - 1);
    }

    return status;
}


ctl_status_t
ctl_sort_get(ctl_sort_t *sort, const ctl_event_t **event, ctl_error_t *error)
{
    ctl_status_t     status;
    ctl_sort_run_t  *run;

    if (sort->nruns == 0) {
        *event = sort->at < sort->n ? &sort->events[sort->at++] : NULL;
        return CTL_OK;
    }

    /* the event given last is still the top */
    if (sort->at++ > 0 && sort->nheap > 0) {
        run = &sort->runs[sort->heap[0]];

        if (++run->at == run->n) {
            status = ctl_sort_ahead(sort, run, error);
            if (status != CTL_OK) {
                return status;
            }
        }

        if (run->n == 0) {
            sort->heap[0] = sort->heap[--sort->nheap];
        }

        ctl_sort_sink(sort, 0);
    }

    run = &sort->runs[sort->heap[0]];
    *event = sort->nheap > 0 ? &run->ahead[run->at] : NULL;

    return CTL_OK;
}


uint64_t
ctl_sort_count(const ctl_sort_t *sort)
{
    return sort->count;
}


/* sorts what is in memory */
static ctl_status_t
ctl_sort_run(ctl_sort_t *sort, ctl_error_t *error)
{
    size_t        i;
    int64_t       least, most;
    unsigned      shift;
    ctl_event_t  *swap;

    least = INT64_MAX;
    most = INT64_MIN;

    for (i = 1; i < sort->n && sort->events[i - 1].ms <= sort->events[i].ms;
         i++)
    {
        /* void */
    }

    if (i >= sort->n) {
        return CTL_OK;                  /* it is in order already */
    }

    for (i = 0; i < sort->n; i++) {
        least = sort->events[i].ms < least ? sort->events[i].ms : least;
        most = sort->events[i].ms > most ? sort->events[i].ms : most;
    }

    if (sort->scratch == NULL) {
        sort->scratch = malloc(sort->max * sizeof(*sort->scratch));

        if (sort->scratch == NULL) {
            return ctl_error_memory(error);
        }
    }

    for (shift = 0; (most - least) >> shift != 0; shift += CTL_SORT_BITS) {
        ctl_sort_pass(sort->scratch, sort->events, sort->n, least, shift);
        swap = sort->events;
        sort->events = sort->scratch;
        sort->scratch = swap;
    }

    return CTL_OK;
}


static void
ctl_sort_pass(ctl_event_t *to, const ctl_event_t *from, size_t n,
    int64_t least, unsigned shift)
{
    size_t  i, sum, digit, count, place[CTL_SORT_DIGITS];

    memset(place, 0, sizeof(place));

    for (i = 0; i < n; i++) {
        digit = (from[i].ms - least) >> shift & (CTL_SORT_DIGITS - 1);
        place[digit]++;
    }

    for (i = 0, sum = 0; i < CTL_SORT_DIGITS; i++, sum += count) {
        count = place[i];
        place[i] = sum;
    }

    for (i = 0; i < n; i++) {
        digit = (from[i].ms - least) >> shift & (CTL_SORT_DIGITS - 1);
        to[place[digit]++] = from[i];
    }
}


/* what is in memory becomes a run of the file */
static ctl_status_t
ctl_sort_spill(ctl_sort_t *sort, ctl_error_t *error)
{
    size_t           len;
    ssize_t          n;
    const char      *p;
    ctl_status_t     status;
    ctl_sort_run_t  *run;

    if (sort->nruns == CTL_SORT_RUNS) {
        return ctl_error_set(error, CTL_FAILED, "more than %llu events",
                             (unsigned long long) CTL_SORT_RUNS * sort->max);
    }

    status = ctl_sort_run(sort, error);

    if (status == CTL_OK && sort->fd < 0) {
        status = ctl_sort_file(sort, error);
    }

    if (status != CTL_OK) {
        return status;
    }

    run = &sort->runs[sort->nruns];
    run->offset = sort->nruns > 0 ? run[-1].end : 0;
    run->end = run->offset;

    len = sort->n * sizeof(*sort->events);

    for (p = (const char *) sort->events; len > 0; p += n, len -= n) {
        n = pwrite(sort->fd, p, len, run->end);

        if (n < 0 && errno == EINTR) {
            n = 0;

        } else if (n < 0) {
            return ctl_sort_error(error);
        }

        run->end += n;
    }

    sort->nruns++;
    sort->n = 0;

    return CTL_OK;
}


/* without a name, or soon: it goes with the process */
static ctl_status_t
ctl_sort_file(ctl_sort_t *sort, ctl_error_t *error)
{
    char  path[PATH_MAX];

    sort->fd = open(ctl_sort_directory(), O_TMPFILE | O_RDWR | O_CLOEXEC,
                    0600);

    /* not every file system knows files without names */
    if (sort->fd < 0 && errno == EOPNOTSUPP) {
        snprintf(path, sizeof(path), "%s/canvas-sort-XXXXXX",
                 ctl_sort_directory());
        sort->fd = mkostemp(path, O_CLOEXEC);

        if (sort->fd >= 0) {
            unlink(path);
        }
    }

    return sort->fd < 0 ? ctl_sort_error(error) : CTL_OK;
}


static const char *
ctl_sort_directory(void)
{
    const char  *directory;

    directory = getenv("TMPDIR");

    return directory != NULL && *directory != '\0' ? directory : "/var/tmp";
}


/* the next events of a run; n is 0 at its end */
static ctl_status_t
ctl_sort_ahead(ctl_sort_t *sort, ctl_sort_run_t *run, ctl_error_t *error)
{
    size_t   len, got;
    ssize_t  n;

    if (run->ahead == NULL) {
        run->ahead = malloc(CTL_SORT_AHEAD * sizeof(*run->ahead));

        if (run->ahead == NULL) {
            return ctl_error_memory(error);
        }
    }

    len = CTL_SORT_AHEAD * sizeof(*run->ahead);

    if ((off_t) len > run->end - run->offset) {
        len = run->end - run->offset;
    }

    for (got = 0; got < len; got += n) {
        n = pread(sort->fd, (char *) run->ahead + got, len - got,
                  run->offset + got);

        if (n < 0 && errno == EINTR) {
            n = 0;

        } else if (n <= 0) {
            errno = n == 0 ? EIO : errno;
            return ctl_sort_error(error);
        }
    }

    run->offset += len;
    run->at = 0;
    run->n = len / sizeof(*run->ahead);

    return CTL_OK;
}


static int
ctl_sort_before(const ctl_sort_t *sort, size_t a, size_t b)
{
    const ctl_event_t     *left, *right;
    const ctl_sort_run_t  *one, *other;

    one = &sort->runs[sort->heap[a]];
    other = &sort->runs[sort->heap[b]];
    left = &one->ahead[one->at];
    right = &other->ahead[other->at];

    return left->ms != right->ms ? left->ms < right->ms
                                 : sort->heap[a] < sort->heap[b];
}


static void
ctl_sort_sink(ctl_sort_t *sort, size_t i)
{
    size_t  child, swap;

    for ( ;; ) {
        child = 2 * i + 1;

        if (child >= sort->nheap) {
            return;
        }

        if (child + 1 < sort->nheap && ctl_sort_before(sort, child + 1,
                                                       child))
        {
            child++;
        }

        if (!ctl_sort_before(sort, child, i)) {
            return;
        }

        swap = sort->heap[i];
        sort->heap[i] = sort->heap[child];
        sort->heap[child] = swap;
        i = child;
    }
}


static ctl_status_t
ctl_sort_error(ctl_error_t *error)
{
    return ctl_error_set(error, CTL_FAILED, "cannot sort: temporary file in "
                         "%s: %s", ctl_sort_directory(), strerror(errno));
}
