/*
 * ctl_week: an archived week, or the running one, as a part of the log: its
 * geometry, where and when it begins and ends, and of which spans it is made.
 * What is in the spans ctl_events reads.
 *
 * A span is what counts of one epoch.  The epochs of a week are its lives
 * between resets, restores and restarts; entries that a later epoch of the
 * week began without are in no span.
 */

#ifndef CTL_WEEK_H_INCLUDED
#define CTL_WEEK_H_INCLUDED

#include "ctl.h"
#include "ctl_recorder.h"

typedef struct {
    uint64_t   epoch;
    uint64_t   from;            /* seqs: from < seq <= to */
    uint64_t   to;
    int64_t    us;              /* when the epoch began */
    bool       fresh;           /* with plain background */
} ctl_span_t;

typedef struct {
    char               name[64];        /* for sentences: "archive ..." */
    unsigned           width;
    unsigned           height;
    unsigned           background;
    canvas_palette_t   palette;
    ctl_position_t     start;           /* the week is what follows ... */
    ctl_position_t     end;             /* ... up to here */
    int64_t            started;         /* us; so is ended */
    int64_t            ended;
    ctl_span_t        *spans;           /* in log order */
    size_t             n;
    uint8_t           *first;           /* pixels; NULL: plain background */
} ctl_week_t;

/*
 * archive NULL: the running week as far as it is recorded; everything that
 * Redis has is recorded first.  CTL_FAILED: no such archive, no canvas.
 */
ctl_status_t ctl_week_open(ctl_t *ctl, const char *archive,
    ctl_week_t *week);
void ctl_week_close(ctl_week_t *week);

/*
 * The archive (37 bytes) of the week that an instant is in; "": none, it may
 * be the running week.
 */
ctl_status_t ctl_week_find(ctl_t *ctl, int64_t us, char *archive);

/*
 * What of span i lies behind from, up to to; fresh is only left where its
 * beginning does.  False: nothing.
 */
bool ctl_week_clip(const ctl_week_t *week, size_t i, ctl_position_t from,
    ctl_position_t to, ctl_span_t *span);

/* how many changes lie between */
uint64_t ctl_week_count(const ctl_week_t *week, ctl_position_t from,
    ctl_position_t to);

#endif /* CTL_WEEK_H_INCLUDED */
