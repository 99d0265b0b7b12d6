/*
 * ctl_rules: the keeper's task that keeps the rules in force to what they
 * should be: a day of chaos begins, or the running mode was saved with other
 * rules.  SQL compiles them (docs/sql.md), canvas_rules enforces them.
 */

#ifndef CTL_RULES_H_INCLUDED
#define CTL_RULES_H_INCLUDED

#include "ctl.h"

ctl_status_t ctl_rules_run(ctl_t *ctl);

#endif /* CTL_RULES_H_INCLUDED */
