/*
 * ctl_fresh: an import as the content of the running canvas, which has to be
 * fresh and empty, and out of the recorder's hands meanwhile.
 */

#ifndef CTL_FRESH_H_INCLUDED
#define CTL_FRESH_H_INCLUDED

#include "ctl.h"

/*
 * Takes the recorder's place and looks that nothing was ever placed.
 * CTL_NOT_DUE: a recorder is running; CTL_FAILED: the canvas is not fresh.
 */
ctl_status_t ctl_fresh_begin(ctl_t *ctl, uint64_t *epoch);

/* after the commit: what PostgreSQL holds now is brought into Redis */
ctl_status_t ctl_fresh_show(ctl_t *ctl, bool json);

#endif /* CTL_FRESH_H_INCLUDED */
