/*
 * ctl_rotation_row: an open rotation, and its row in the table rotations.
 */

#ifndef CTL_ROTATION_ROW_H_INCLUDED
#define CTL_ROTATION_ROW_H_INCLUDED

#include "ctl.h"

/* what ctl_rotation_row_take() reads, of a function that answers a row */
#define CTL_ROTATION_ROW                                                     \
    "SELECT id, step, game_mode_slug, new_week_number, new_year, "           \
    "archive_id, closing_epoch, new_epoch, turned_seq FROM "

/* an open rotation; texts as PostgreSQL has them */
typedef struct {
    ctl_t      *ctl;
    char        token[40];          /* of canvas:rotation:lock */
    char        id[24];
    char        step[16];
    char        slug[72];
    char        week[8];            /* of the new week */
    char        year[8];
    char        archive[40];        /* UUID, "" before archived */
    uint64_t    closing_epoch;
    uint64_t    new_epoch;          /* 0 before turned */
    uint64_t    turned_seq;
} ctl_rotation_t;

/* reads the first row of a result of CTL_ROTATION_ROW */
void ctl_rotation_row_take(ctl_rotation_t *rotation, const PGresult *result);

/* runs a statement that begins with CTL_ROTATION_ROW, and takes the row */
ctl_status_t ctl_rotation_row_note(ctl_rotation_t *rotation,
    const char *sql, int n, const char *const *values);

/*
 * Stops the process (SIGSTOP) if CANVAS_TEST_STOP_AFTER names this step, so
 * that a test can kill -9 exactly there.
 */
void ctl_rotation_row_stop(const char *step);

#endif /* CTL_ROTATION_ROW_H_INCLUDED */
