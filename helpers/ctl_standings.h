/*
 * ctl_standings: tells who leads.  A task of the keeper: the best ten of each
 * board go out as a notice to those who subscribed, when they have changed.
 */

#ifndef CTL_STANDINGS_H_INCLUDED
#define CTL_STANDINGS_H_INCLUDED

#include "ctl.h"

ctl_status_t ctl_standings_tell(ctl_t *ctl);

#endif /* CTL_STANDINGS_H_INCLUDED */
