/*
 * ctl_announce: tells everybody what PostgreSQL has for announcement: who
 * completed an objective first, the mode of the next week.  A task of the
 * keeper.  At least once: a keeper that dies in between says it again.
 */

#ifndef CTL_ANNOUNCE_H_INCLUDED
#define CTL_ANNOUNCE_H_INCLUDED

#include "ctl.h"

ctl_status_t ctl_announce(ctl_t *ctl);

#endif /* CTL_ANNOUNCE_H_INCLUDED */
