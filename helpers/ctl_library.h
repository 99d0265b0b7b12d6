/*
 * ctl_library: the Function library, embedded at build time, and its loading.
 */

#ifndef CTL_LIBRARY_H_INCLUDED
#define CTL_LIBRARY_H_INCLUDED

#include "ctl_redis.h"

#include <stdbool.h>

/*
 * Loads the library unless Redis has exactly this text: loading begins a new
 * epoch.  *loaded tells which it was.
 */
ctl_status_t ctl_library_load(ctl_redis_t *redis, bool *loaded);

#endif /* CTL_LIBRARY_H_INCLUDED */
