/*
 * ctl_stage: a counted week as the temporary tables of week_tables() take it:
 * rows for COPY, and one object for what is not about one actor or faction.
 */

#ifndef CTL_STAGE_H_INCLUDED
#define CTL_STAGE_H_INCLUDED

#include "ctl_pg.h"
#include "ctl_summary.h"

/* into week_counted, which is there; in the caller's transaction */
ctl_status_t ctl_stage_copy(ctl_pg_t *pg, const ctl_summary_t *summary);

/*
 * {"system":N,"colors":[N,...],"heatmap":{"cell":N,"width":N,"height":N,
 * "counts":[N,...]},"moments":[{"what":"...","us":N,"value":N,"actor":"UUID"}]}
 * The caller frees it; NULL: out of memory.
 */
char *ctl_stage_extras(const ctl_summary_t *summary, unsigned colors);

#endif /* CTL_STAGE_H_INCLUDED */
