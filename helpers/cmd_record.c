/*
 * record: the daemon that brings the log from Redis into PostgreSQL.  Waits
 * as a standby while another one is active, outlives both stores, and ends
 * between two batches on SIGTERM or SIGINT.  The keeper is a child of it.
 */

#include "ctl.h"

#include "ctl_backoff.h"
#include "ctl_clock.h"
#include "ctl_file.h"
#include "ctl_group.h"
#include "ctl_keeper_child.h"
#include "ctl_log.h"
#include "ctl_recorder.h"
#include "ctl_restore.h"
#include "ctl_signal.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* how long the stream is waited on; a signal is noticed after this */
#define CMD_RECORD_BLOCK_MS       400

/*
 * Between two batches: a millisecond for each entry of the last one, within
 * these bounds.  What comes meanwhile shares one transaction, of which each
 * costs PostgreSQL as much as a thousand events.
 */
#define CMD_RECORD_GATHER_MIN_MS  200
#define CMD_RECORD_GATHER_MAX_MS  1000
#define CMD_RECORD_STANDBY_MS     500

/* how often it looks after the keeper while it waits */
#define CMD_RECORD_TEND_MS        500

typedef enum {
    CMD_RECORD_STARTING,
    CMD_RECORD_STANDBY,
    CMD_RECORD_ACTIVE,
    CMD_RECORD_FAILING
} cmd_record_state_t;

typedef struct {
    ctl_t               *ctl;
    ctl_signal_t         signals;
    ctl_backoff_t        backoff;
    ctl_keeper_child_t   keeper;
    cmd_record_state_t   state;
    uint64_t             events;        /* since the start */
} cmd_record_t;


static ctl_status_t cmd_record_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_record_loop(cmd_record_t *record);
static ctl_status_t cmd_record_session(cmd_record_t *record);
static ctl_status_t cmd_record_turn(cmd_record_t *record,
    ctl_recorder_t *recorder);
static int cmd_record_gather(size_t n);
static bool cmd_record_wait(cmd_record_t *record, int ms);
static void cmd_record_failed(cmd_record_t *record);
static ctl_status_t cmd_record_pid_file(ctl_t *ctl);


static const ctl_option_t  cmd_record_options[] = {
    { NULL, 0, NULL, NULL }
};

const ctl_command_t  cmd_record = {
    .name = "record",
    .synopsis = "",
    .summary = "daemon: record every change of the canvas in PostgreSQL",
    .text = "Reads the stream canvas:events and writes pixel_events, exactly "
            "once, in the\nforeground; logs to standard error.  A second one "
            "waits until the first is gone.\nWhen Redis or PostgreSQL is away "
            "it tries again by itself; the stream keeps\nwhat is not "
            "recorded.  SIGTERM and SIGINT end it after the batch in hand.\n"
            "A child of it, the keeper, does what else the running canvas "
            "needs, and what\nvisitors post; one of all recorders' keepers "
            "is active.\n",
    .options = cmd_record_options,
    .run = cmd_record_run
};


static ctl_status_t
cmd_record_run(ctl_t *ctl, const ctl_args_t *args)
{
    cmd_record_t  record;
    ctl_status_t  status;

    (void) args;

    memset(&record, 0, sizeof(record));
    record.ctl = ctl;

    /*
     * A batch is 100,000 small objects of hiredis, all freed at once: without
     * fast bins malloc() joins them as they come, for a third of the time.
     */
    mallopt(M_MXFAST, 0);

    status = ctl_signal_open(&record.signals, &ctl->error);
    if (status != CTL_OK) {
        return status;
    }

    status = cmd_record_pid_file(ctl);

    if (status == CTL_OK) {
        /* before there are connections that it would have to let go */
        ctl_keeper_child_open(&record.keeper, ctl);

        status = cmd_record_loop(&record);
        ctl_keeper_child_close(&record.keeper);

        if (*ctl->conf.pid_file != '\0') {
            unlink(ctl->conf.pid_file);
        }
    }

    ctl_signal_close(&record.signals);

    return status;
}


static ctl_status_t
cmd_record_loop(cmd_record_t *record)
{
    ctl_status_t  status;

    for ( ;; ) {
        status = cmd_record_session(record);

        switch (status) {

        case CTL_OK:
            ctl_log(CTL_LOG_NOTICE, "canvas record: ends as asked, %" PRIu64
                    " events recorded", record->events);
            return CTL_OK;

        case CTL_USAGE:
            return status;

        case CTL_NOT_DUE:
            if (record->state != CMD_RECORD_STANDBY) {
                record->state = CMD_RECORD_STANDBY;
                ctl_log(CTL_LOG_NOTICE, "canvas record: another recorder is "
                        "active, standing by");
            }

            ctl_backoff_succeeded(&record->backoff);
            cmd_record_wait(record, CMD_RECORD_STANDBY_MS);
            break;

        default:
            cmd_record_failed(record);
            break;
        }

        if (ctl_signal_wait(&record->signals, 0)) {
            ctl_log(CTL_LOG_NOTICE, "canvas record: ends as asked, %" PRIu64
                    " events recorded", record->events);
            return CTL_OK;
        }
    }
}


/* until asked to end (CTL_OK), or something fails */
static ctl_status_t
cmd_record_session(cmd_record_t *record)
{
    size_t           n;
    uint64_t         before;
    ctl_t           *ctl;
    ctl_status_t     status;
    ctl_recorder_t   recorder;

    ctl = record->ctl;

    status = ctl_recorder_begin(&recorder, &ctl->redis, &ctl->pg);

    if (status == CTL_NOT_DUE) {
        return status;              /* the lock is not ours to release */
    }

    recorder.notices = true;

    while (status == CTL_OK && !cmd_record_wait(record, 0)) {

        before = recorder.events;
        status = ctl_recorder_step(&recorder, CMD_RECORD_BLOCK_MS, &n);
        record->events += recorder.events - before;

        if (status != CTL_OK && recorder.turned) {
            n = 0;
            status = cmd_record_turn(record, &recorder);
        }

        if (status != CTL_OK) {
            break;
        }

        if (record->state != CMD_RECORD_ACTIVE) {
            record->state = CMD_RECORD_ACTIVE;
            ctl_log(CTL_LOG_NOTICE, "canvas record: recording behind %"
                    PRIu64 "-%" PRIu64, recorder.done.epoch,
                    recorder.done.seq);
        }

        ctl_backoff_succeeded(&record->backoff);

        if (n > 0 && n < CTL_RECORDER_BATCH) {
            cmd_record_wait(record, cmd_record_gather(n));
        }
    }

    if (status == CTL_OK) {
        status = ctl_recorder_settle(&recorder);
    }

    ctl_recorder_end(&recorder);

    return status;
}


/*
 * Redis came back from before the week turned.  Nobody else can record, nor
 * turn it, while the running week is brought back; the log goes on behind that.
 */
static ctl_status_t
cmd_record_turn(cmd_record_t *record, ctl_recorder_t *recorder)
{
    ctl_status_t  status;

    status = ctl_restore_turn(record->ctl);

    if (status == CTL_OK) {
        status = ctl_group_rewind(recorder->redis, recorder->done);
    }

    return status;
}


static int
cmd_record_gather(size_t n)
{
    if (n < CMD_RECORD_GATHER_MIN_MS) {
        return CMD_RECORD_GATHER_MIN_MS;
    }

    return n < CMD_RECORD_GATHER_MAX_MS ? (int) n : CMD_RECORD_GATHER_MAX_MS;
}


/* one line when it begins and one when the circuit opens, then silence */
static void
cmd_record_failed(cmd_record_t *record)
{
    int  delay;

    delay = ctl_backoff_failed(&record->backoff);

    if (record->state != CMD_RECORD_FAILING) {
        record->state = CMD_RECORD_FAILING;
        ctl_log(CTL_LOG_ERROR, "canvas record: %s; trying again, the stream "
                "keeps what is not recorded", record->ctl->error.text);

    } else if (ctl_backoff_opened(&record->backoff)) {
        ctl_log(CTL_LOG_ERROR, "canvas record: still failing: %s; now one "
                "attempt every %d s", record->ctl->error.text, delay / 1000);
    }

    /* whatever state the connections are in: begin with fresh ones */
    ctl_redis_close(&record->ctl->redis);
    ctl_pg_close(&record->ctl->pg);

    cmd_record_wait(record, delay);
}


/* ctl_signal_wait(), and the keeper is looked after */
static bool
cmd_record_wait(cmd_record_t *record, int ms)
{
    bool     asked;
    int64_t  left, deadline;

    deadline = ctl_clock_ms() + ms;

    do {
        ctl_keeper_child_tend(&record->keeper);

        left = deadline - ctl_clock_ms();
        left = left < 0 ? 0 : left;
        asked = ctl_signal_wait(&record->signals,
                                left < CMD_RECORD_TEND_MS
                                ? (int) left : CMD_RECORD_TEND_MS);

    } while (!asked && left > CMD_RECORD_TEND_MS);

    return asked;
}


static ctl_status_t
cmd_record_pid_file(ctl_t *ctl)
{
    int   len;
    char  text[16];

    if (*ctl->conf.pid_file == '\0') {
        return CTL_OK;
    }

    len = snprintf(text, sizeof(text), "%d\n", (int) getpid());

    return ctl_file_write(ctl->conf.pid_file, text, len, 0644, &ctl->error);
}
