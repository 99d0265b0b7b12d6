/*
 * ctl_ffmpeg: see the header.
 */

#include "ctl_ffmpeg.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* of the pipe: fewer turns for large frames.  A wish; less will do */
#define CTL_FFMPEG_PIPE  (1 << 20)

extern char  **environ;


static int ctl_ffmpeg_spawn(pid_t *pid, const char *const *argv, int in,
    int err);
static ctl_status_t ctl_ffmpeg_wait(ctl_ffmpeg_t *ffmpeg, bool *writable);
static bool ctl_ffmpeg_listen(ctl_ffmpeg_t *ffmpeg);
static ctl_status_t ctl_ffmpeg_reap(ctl_ffmpeg_t *ffmpeg);
static void ctl_ffmpeg_shut(int *fd);


ctl_status_t
ctl_ffmpeg_open(ctl_ffmpeg_t *ffmpeg, const char *const *argv,
    const ctl_signal_t *signals, ctl_error_t *error)
{
    int  in[2], err[2], rc;

    memset(ffmpeg, 0, sizeof(*ffmpeg));
    ffmpeg->in = -1;
    ffmpeg->err = -1;
    ffmpeg->signals = signals;
    ffmpeg->error = error;

    if (pipe2(in, O_CLOEXEC) != 0) {
        return ctl_error_set(error, CTL_FAILED, "pipe: %s", strerror(errno));
    }

    if (pipe2(err, O_CLOEXEC) != 0) {
        rc = errno;
        close(in[0]);
        close(in[1]);
        return ctl_error_set(error, CTL_FAILED, "pipe: %s", strerror(rc));
    }

    rc = ctl_ffmpeg_spawn(&ffmpeg->pid, argv, in[0], err[1]);

    close(in[0]);
    close(err[1]);
    ffmpeg->in = in[1];
    ffmpeg->err = err[0];

    if (rc != 0) {
        ffmpeg->pid = 0;
        ctl_ffmpeg_close(ffmpeg);

        return ctl_error_set(error, CTL_FAILED,
                             rc == ENOENT
                             ? "%s is not installed, or not in PATH (Debian: "
                               "apt-get install ffmpeg)"
                             : "cannot run %s: %s", argv[0], strerror(rc));
    }

    fcntl(ffmpeg->in, F_SETPIPE_SZ, CTL_FFMPEG_PIPE);
    fcntl(ffmpeg->in, F_SETFL, O_NONBLOCK);
    fcntl(ffmpeg->err, F_SETFL, O_NONBLOCK);

    return CTL_OK;
}


ctl_status_t
ctl_ffmpeg_write(ctl_ffmpeg_t *ffmpeg, const void *data, size_t len)
{
    bool          writable;
    ssize_t       n;
    const char   *p;
    ctl_status_t  status;

    for (p = data; len > 0; /* void */ ) {
        status = ctl_ffmpeg_wait(ffmpeg, &writable);
        if (status != CTL_OK) {
            return status;
        }

        n = writable ? write(ffmpeg->in, p, len) : 0;

        if (n > 0) {
            p += n;
            len -= n;

        } else if (n < 0 && errno != EAGAIN && errno != EINTR) {

            /* it has ended: what it said and how says why */
            status = ctl_ffmpeg_finish(ffmpeg);

            return status != CTL_OK ? status
                   : ctl_error_set(ffmpeg->error, CTL_FAILED,
                                   "ffmpeg ended before the film did");
        }
    }

    return CTL_OK;
}


ctl_status_t
ctl_ffmpeg_finish(ctl_ffmpeg_t *ffmpeg)
{
    bool          writable;
    ctl_status_t  status;

    ctl_ffmpeg_shut(&ffmpeg->in);

    while (ffmpeg->err >= 0) {
        status = ctl_ffmpeg_wait(ffmpeg, &writable);
        if (status != CTL_OK) {
            return status;
        }
    }

    return ctl_ffmpeg_reap(ffmpeg);
}


void
ctl_ffmpeg_close(ctl_ffmpeg_t *ffmpeg)
{
    ctl_ffmpeg_shut(&ffmpeg->in);
    ctl_ffmpeg_shut(&ffmpeg->err);

    if (ffmpeg->pid > 0) {
        kill(ffmpeg->pid, SIGKILL);

        while (waitpid(ffmpeg->pid, NULL, 0) < 0 && errno == EINTR) {
            /* void */
        }

        ffmpeg->pid = 0;
    }
}


/* an errno, 0: it runs */
static int
ctl_ffmpeg_spawn(pid_t *pid, const char *const *argv, int in, int err)
{
    int                          rc;
    sigset_t                     none;
    posix_spawnattr_t            attr;
    posix_spawn_file_actions_t   actions;

    rc = posix_spawnattr_init(&attr);
    if (rc != 0) {
        return rc;
    }

    rc = posix_spawn_file_actions_init(&actions);
    if (rc != 0) {
        posix_spawnattr_destroy(&attr);
        return rc;
    }

    /* what we block for ctl_signal it must not inherit */
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK
                                    | POSIX_SPAWN_SETPGROUP);

    rc = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);

    if (rc == 0) {
        rc = posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    }

    if (rc == 0) {
        rc = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO,
                                              STDOUT_FILENO);
    }

    if (rc == 0) {
        rc = posix_spawnp(pid, argv[0], &actions, &attr,
                          (char *const *) argv, environ);
    }

    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);

    return rc;
}


/* until it takes or says something; while stdin is open */
static ctl_status_t
ctl_ffmpeg_wait(ctl_ffmpeg_t *ffmpeg, bool *writable)
{
    struct pollfd  fds[3];

    /* poll() passes over descriptors below 0 */
    fds[0].fd = ffmpeg->in;
    fds[0].events = POLLOUT;
    fds[1].fd = ffmpeg->err;
    fds[1].events = POLLIN;
    fds[2].fd = ffmpeg->signals != NULL ? ffmpeg->signals->fd : -1;
    fds[2].events = POLLIN;

    fds[0].revents = 0;
    fds[1].revents = 0;
    fds[2].revents = 0;

    if (poll(fds, 3, -1) < 0 && errno != EINTR) {
        return ctl_error_set(ffmpeg->error, CTL_FAILED, "poll: %s",
                             strerror(errno));
    }

    if (fds[2].revents != 0) {
        return ctl_error_set(ffmpeg->error, CTL_FAILED, "interrupted");
    }

    if (fds[1].revents != 0 && !ctl_ffmpeg_listen(ffmpeg)) {
        ctl_ffmpeg_shut(&ffmpeg->err);
    }

    *writable = fds[0].revents != 0;

    return CTL_OK;
}


/* false: it has nothing more to say */
static bool
ctl_ffmpeg_listen(ctl_ffmpeg_t *ffmpeg)
{
    char     buf[4096];
    size_t   room;
    ssize_t  n;

    n = read(ffmpeg->err, buf, sizeof(buf));

    if (n < 0) {
        return errno == EAGAIN || errno == EINTR;
    }

    room = sizeof(ffmpeg->said) - 1 - ffmpeg->said_len;
    room = (size_t) n < room ? (size_t) n : room;

    memcpy(ffmpeg->said + ffmpeg->said_len, buf, room);
    ffmpeg->said_len += room;

    return n > 0;
}


static ctl_status_t
ctl_ffmpeg_reap(ctl_ffmpeg_t *ffmpeg)
{
    int    state;
    pid_t  pid;

    do {
        pid = waitpid(ffmpeg->pid, &state, 0);
    } while (pid < 0 && errno == EINTR);

    ffmpeg->pid = 0;

    if (pid < 0) {
        return ctl_error_set(ffmpeg->error, CTL_FAILED, "waitpid: %s",
                             strerror(errno));
    }

    if (WIFSIGNALED(state)) {
        return ctl_error_set(ffmpeg->error, CTL_FAILED,
                             "ffmpeg was killed by signal %d",
                             WTERMSIG(state));
    }

    if (WEXITSTATUS(state) == 0) {
        return CTL_OK;
    }

    /* its first complaint is the cause, the others follow from it */
    ffmpeg->said[strcspn(ffmpeg->said, "\n")] = '\0';

    return ctl_error_set(ffmpeg->error, CTL_FAILED,
                         "ffmpeg failed with code %d%s%s",
                         WEXITSTATUS(state),
                         *ffmpeg->said != '\0' ? ": " : "", ffmpeg->said);
}


static void
ctl_ffmpeg_shut(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}
