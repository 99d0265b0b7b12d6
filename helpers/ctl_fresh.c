/*
 * ctl_fresh: see the header.
 */

#include "ctl_fresh.h"

#include "ctl_canvas.h"
#include "ctl_recorder.h"

#include <inttypes.h>
#include <string.h>

/* the lock that every recorder holds */
#define CTL_FRESH_LOCK  "canvas:record"


static ctl_status_t ctl_fresh_check(ctl_t *ctl, uint64_t *epoch);


ctl_status_t
ctl_fresh_begin(ctl_t *ctl, uint64_t *epoch)
{
    ctl_status_t  status;

    status = ctl_pg_lock(&ctl->pg, CTL_FRESH_LOCK, false);

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&ctl->error, CTL_NOT_DUE,
                             "a recorder is running: stop nginx and the "
                             "recorder first, --live replaces the canvas");
    }

    return status == CTL_OK ? ctl_fresh_check(ctl, epoch) : status;
}


ctl_status_t
ctl_fresh_show(ctl_t *ctl, bool json)
{
    size_t               i;
    ctl_args_t           args;
    ctl_status_t         status;
    const ctl_option_t  *option;

    status = ctl_pg_unlock(&ctl->pg, CTL_FRESH_LOCK);
    if (status != CTL_OK) {
        return status;
    }

    memset(&args, 0, sizeof(args));

    for (i = 0, option = cmd_restore.options; option[i].name != NULL; i++) {
        if (strcmp(option[i].name, "force") == 0
            || (json && strcmp(option[i].name, "json") == 0))
        {
            args.option[i] = "";
        }
    }

    return cmd_restore.run(ctl, &args);
}


static ctl_status_t
ctl_fresh_check(ctl_t *ctl, uint64_t *epoch)
{
    ctl_status_t         status;
    ctl_position_t       recorded;
    ctl_canvas_hello_t   hello;

    status = ctl_canvas_hello(&ctl->redis, &hello);

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "Redis holds no canvas: run canvas-helper "
                             "migrate");
    }

    if (status == CTL_OK) {
        status = ctl_recorder_progress(&ctl->pg, &recorded);
    }

    if (status != CTL_OK) {
        return status;
    }

    if (hello.seq != 0 || recorded.seq != 0) {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "the canvas is not fresh: Redis is at %" PRIu64
                             "-%" PRIu64 ", PostgreSQL at %" PRIu64 "-%"
                             PRIu64 "; without --live the file becomes an "
                             "archive", hello.epoch, hello.seq,
                             recorded.epoch, recorded.seq);
    }

    if (hello.epoch != recorded.epoch) {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "the beginning of the canvas is not recorded "
                             "yet: run canvas-helper record once");
    }

    *epoch = hello.epoch;

    return CTL_OK;
}
