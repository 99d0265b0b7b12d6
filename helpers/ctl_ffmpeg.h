/*
 * ctl_ffmpeg: an ffmpeg process that is fed raw frames and writes a file.
 * Started without a shell, in a process group of its own (Ctrl-C is for us to
 * deal with), always reaped.  Knows nothing of canvases.
 */

#ifndef CTL_FFMPEG_H_INCLUDED
#define CTL_FFMPEG_H_INCLUDED

#include "ctl_error.h"
#include "ctl_signal.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct {
    pid_t                pid;           /* 0: none */
    int                  in;            /* its stdin; -1: closed */
    int                  err;           /* its stderr */
    char                 said[400];     /* the beginning of that */
    size_t               said_len;
    const ctl_signal_t  *signals;       /* NULL: not looked at */
    ctl_error_t         *error;
} ctl_ffmpeg_t;

/* argv[0] is looked up in PATH.  CTL_FAILED: not installed, and so on */
ctl_status_t ctl_ffmpeg_open(ctl_ffmpeg_t *ffmpeg, const char *const *argv,
    const ctl_signal_t *signals, ctl_error_t *error);

/* CTL_FAILED: it died, with its own words, or a signal asked us to end */
ctl_status_t ctl_ffmpeg_write(ctl_ffmpeg_t *ffmpeg, const void *data,
    size_t len);

/* end of input: waits until the file is finished */
ctl_status_t ctl_ffmpeg_finish(ctl_ffmpeg_t *ffmpeg);

/* kills what is still running; after any failure, harmless after success */
void ctl_ffmpeg_close(ctl_ffmpeg_t *ffmpeg);

#endif /* CTL_FFMPEG_H_INCLUDED */
