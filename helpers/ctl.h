/*
 * ctl: what a command is, and the context it runs in.  main.c owns both;
 * cmd_*.c implement commands; ctl_*.c are the libraries below them.
 */

#ifndef CTL_H_INCLUDED
#define CTL_H_INCLUDED

#include "ctl_conf.h"
#include "ctl_error.h"
#include "ctl_pg.h"
#include "ctl_redis.h"

#include "canvas_board.h"

#include <stdbool.h>
#include <string.h>

#define CTL_OPTIONS_MAX  16

typedef struct {
    ctl_conf_t    conf;
    ctl_error_t   error;
    ctl_redis_t   redis;        /* both connect when first needed */
    ctl_pg_t      pg;
    const char   *conf_path;    /* NULL: the default */
    uint64_t      standings[CANVAS_BOARDS];     /* of ctl_standings */
} ctl_t;

typedef struct {
    const char   *name;         /* of --name; NULL ends the list */
    char          letter;       /* of -l; 0: none */
    const char   *arg;          /* "FILE"; NULL: a switch */
    const char   *help;
} ctl_option_t;

typedef struct {
    /* in the order of the command's options; NULL: not given */
    const char   *option[CTL_OPTIONS_MAX];
    int           n;
    char        **arg;          /* n of them, what is no option */
} ctl_args_t;

typedef struct {
    const char          *name;
    const char          *synopsis;      /* what follows the name */
    const char          *summary;       /* one line */
    const char          *text;          /* the rest of --help */
    const ctl_option_t  *options;
    int                  min_args;
    int                  max_args;
    ctl_status_t       (*run)(ctl_t *ctl, const ctl_args_t *args);
} ctl_command_t;

/*
 * A context with these settings and no connections yet: those of a process
 * that forks stay its own.
 */
static inline void
ctl_begin(ctl_t *ctl, const ctl_conf_t *conf)
{
    memset(ctl, 0, sizeof(*ctl));
    ctl->conf = *conf;
    ctl->redis.conf = &ctl->conf;
    ctl->redis.error = &ctl->error;
    ctl->pg.conf = &ctl->conf;
    ctl->pg.error = &ctl->error;
    ctl->pg.timeout_ms = CTL_PG_TIMEOUT_MS;
}

extern const ctl_command_t  cmd_export_events;
extern const ctl_command_t  cmd_export_png;
extern const ctl_command_t  cmd_import_events;
extern const ctl_command_t  cmd_maintain;
extern const ctl_command_t  cmd_media;
extern const ctl_command_t  cmd_migrate;
extern const ctl_command_t  cmd_mode;
extern const ctl_command_t  cmd_record;
extern const ctl_command_t  cmd_restore;
extern const ctl_command_t  cmd_rotate;
extern const ctl_command_t  cmd_snapshot;
extern const ctl_command_t  cmd_timelapse;
extern const ctl_command_t  cmd_user;

#endif /* CTL_H_INCLUDED */
