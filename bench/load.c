/*
 * load: the run and its report.  See load.h.
 *
 * Standard output gets {"event":"start","opened":N} when all clients are open
 * and the measurement begins, {"event":"stop"} when it ended, and the result.
 * Exit codes: 0 measured, 1 not measured, 2 usage.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench_tls.h"
#include "load.h"

#define OPEN_TIMEOUT   (30 * LOAD_SECOND)
#define DRAIN_TIMEOUT  (5 * LOAD_SECOND)
#define START_PAUSE    (50 * 1000 * 1000)       /* ns: who reads /proc */
#define TURN_OPENS     128                      /* then the others' turn */
#define TURN_MAX       (10 * 1000 * 1000)       /* ns */


static int usage(const char *name, int code);
static int prepare(load_run_t *run);
static int open_all(load_run_t *run);
static int measure(load_run_t *run);
static int begin(load_run_t *run);
static int turn(load_run_t *run);
static int input_ended(void);
static double cpu_seconds(void);
static void report(load_run_t *run, double cpu);


static const load_mode_t *const  modes[] = {
    &load_place_ws, &load_place_http, &load_fanout, &load_viewport,
    &load_read, &load_idle, &load_connect, &load_storm
};

#define MODES    (sizeof(modes) / sizeof(modes[0]))


int
main(int argc, char **argv)
{
    int          rc;
    double       cpu;
    size_t       i;
    load_run_t   run;
    load_conf_t  conf;

    memset(&run, 0, sizeof(run));
    memset(&conf, 0, sizeof(conf));

    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        return usage(argv[0], 0);
    }

    for (i = 0; argc > 1 && i < MODES; i++) {
        if (strcmp(argv[1], modes[i]->name) == 0) {
            run.mode = modes[i];
        }
    }

    if (run.mode == NULL) {
        return usage(argv[0], 2);
    }

    conf.path = run.mode->path;
    conf.hold = run.mode->hold;
    run.conf = &conf;

    rc = load_options_parse(&conf, argc - 1, argv + 1);
    if (rc != 0) {
        return usage(argv[0], rc == 1 ? 0 : 2);
    }

    if (prepare(&run) != 0 || open_all(&run) != 0) {
        fprintf(stderr, "load: cannot open clients: %s\n", strerror(errno));
        return 1;
    }

    cpu = cpu_seconds();

    if (run.opened > 0 && measure(&run) != 0) {
        fprintf(stderr, "load: %s\n", strerror(errno));
        return 1;
    }

    report(&run, cpu_seconds() - cpu);

    return run.opened > 0 ? 0 : 1;
}


void
load_error(load_run_t *run, const char *name, size_t len)
{
    unsigned       i;
    load_error_t  *error;

    if (len >= sizeof(error->name)) {
        len = sizeof(error->name) - 1;
    }

    for (i = 0; i < LOAD_ERROR_KINDS; i++) {
        error = &run->errors[i];

        if (error->n == 0) {
            memcpy(error->name, name, len);
        }

        if (strlen(error->name) == len
            && memcmp(error->name, name, len) == 0)
        {
            error->n++;
            return;
        }
    }
}


unsigned
load_answered(load_run_t *run)
{
    return run->outstanding == 0;
}


unsigned
load_may_send(load_run_t *run)
{
    return run->running
           && (run->conf->count == 0 || run->sent < run->conf->count)
           && run->outstanding
              < (uint64_t) run->conf->width * run->conf->height;
}


void
load_report_hist(const char *name, const bench_hist_t *hist)
{
    if (hist->n == 0) {
        printf(",\"%s\":null", name);
        return;
    }

    printf(",\"%s\":{\"n\":%llu,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,"
           "\"max\":%.3f}", name, (unsigned long long) hist->n,
           (double) bench_hist_percentile(hist, 50) / 1e6,
           (double) bench_hist_percentile(hist, 90) / 1e6,
           (double) bench_hist_percentile(hist, 99) / 1e6,
           (double) hist->max / 1e6);
}


uint64_t
load_json_number(const uint8_t *data, size_t len, const char *name)
{
    size_t    i, name_len;
    uint64_t  value;

    name_len = strlen(name);

    for (i = len; i-- > name_len; /* void */) {
        if (data[i - 1] == ':'
            && memcmp(data + i - name_len, name, name_len) == 0)
        {
            for (value = 0; i < len && data[i] >= '0' && data[i] <= '9';
                 i++)
            {
                value = value * 10 + (data[i] - '0');
            }

            return value;
        }
    }

    return 0;
}


size_t
load_updates(const uint8_t *data, size_t len, uint64_t *last)
{
    size_t  i;

    if (len < 9 || data[0] != 0x01) {
        return 0;
    }

    for (*last = 0, i = 1; i < 9; i++) {
        *last = *last << 8 | data[i];
    }

    return (len - 9) / 5;
}


void
load_lag(load_client_t *client, unsigned long x, unsigned long y)
{
    uint64_t            stamp;
    load_run_t         *run;
    const load_conf_t  *conf;

    run = client->run;
    conf = run->conf;

    if (x < conf->width && y < conf->height) {
        stamp = run->stamps[x + y * conf->width];

        if (stamp != 0 && stamp <= run->loop.now) {
            bench_hist_add(&run->lag, run->loop.now - stamp);
        }
    }
}


unsigned
load_yes(load_client_t *client)
{
    (void) client;

    return 1;
}


static int
usage(const char *name, int code)
{
    size_t  i;
    FILE   *out;

    out = code ? stderr : stdout;
    fprintf(out, "usage: %s MODE [options]\n", name);

    for (i = 0; i < MODES; i++) {
        fprintf(out, "  %-12s %s\n", modes[i]->name, modes[i]->summary);
    }

    load_options_usage(out);

    return code;
}


static int
prepare(load_run_t *run)
{
    unsigned            i;
    const load_conf_t  *conf;

    conf = run->conf;
    run->n = conf->connections + (run->mode->with_placers ? conf->placers : 0);
    run->target = run->n;
    run->inflate = bench_inflate_new();

    run->clients = calloc(run->n, sizeof(load_client_t));
    run->stamps = calloc((size_t) conf->width * conf->height,
                         sizeof(uint64_t));

    if (run->clients == NULL || run->stamps == NULL || run->inflate == NULL
        || bench_loop_init(&run->loop) != 0)
    {
        return -1;
    }

    if (conf->tls && (run->loop.tls = bench_tls_context()) == NULL) {
        errno = ENOMEM;
        return -1;
    }

    if (bench_raise_descriptors() < run->n + 16) {
        errno = EMFILE;
        return -1;
    }

    for (i = 0; i < run->n; i++) {
        run->clients[i].run = run;
        run->clients[i].conn.fd = -1;
        run->clients[i].conn.index = i;
        run->clients[i].conn.loop = &run->loop;
        run->clients[i].conn.handlers = &load_client_handlers;
        run->clients[i].conn.data = &run->clients[i];
    }

    return run->mode->prepare ? run->mode->prepare(run) : 0;
}


static int
open_all(load_run_t *run)
{
    uint64_t  deadline;

    deadline = run->loop.now + OPEN_TIMEOUT;

    while ((run->opened + run->failed < run->target
            || (run->mode->ready && !run->mode->ready(run)))
           && run->loop.now < deadline)
    {
        run->budget = TURN_OPENS;
        load_client_open_more(run);

        if (bench_loop_turn(&run->loop, TURN_MAX) != 0) {
            return -1;
        }
    }

    return 0;
}


static int
measure(load_run_t *run)
{
    uint64_t            deadline;
    const load_conf_t  *conf;

    conf = run->conf;

    if (begin(run) != 0) {
        return -1;
    }

    deadline = run->started + (uint64_t) (conf->seconds * LOAD_SECOND);

    while (run->running && run->loop.now < deadline
           && run->lost < run->opened
           && (conf->count == 0 || run->sent < conf->count
               || !run->mode->settled(run)))
    {
        if (turn(run) != 0) {
            return -1;
        }
    }

    run->running = 0;
    deadline = run->loop.now + DRAIN_TIMEOUT;

    while (!run->mode->settled(run) && run->loop.now < deadline) {
        if (bench_loop_turn(&run->loop, TURN_MAX) != 0) {
            return -1;
        }
    }

    printf("{\"event\":\"stop\"}\n");
    fflush(stdout);

    return 0;
}


static int
begin(load_run_t *run)
{
    uint64_t  until;

    printf("{\"event\":\"start\",\"opened\":%u}\n", run->opened);
    fflush(stdout);

    until = run->loop.now + START_PAUSE;

    while (run->loop.now < until) {
        if (bench_loop_turn(&run->loop, TURN_MAX) != 0) {
            return -1;
        }
    }

    run->started = run->loop.now;
    run->last_event = run->loop.now;
    run->due = run->loop.now;
    run->running = 1;

    if (run->mode->start) {
        run->mode->start(run);
    }

    return 0;
}


static int
turn(load_run_t *run)
{
    uint64_t  now, timeout;

    timeout = TURN_MAX;
    now = run->loop.now;

    if (run->conf->rate > 0 && run->due < now + timeout) {
        timeout = run->due > now ? run->due - now : 0;
    }

    if (bench_loop_turn(&run->loop, timeout) != 0) {
        return -1;
    }

    run->budget = TURN_OPENS;
    load_client_open_more(run);
    load_client_reopen(run);

    if (run->mode->step) {
        run->mode->step(run);
    }

    if (run->conf->hold && input_ended()) {
        run->running = 0;
    }

    return 0;
}


static int
input_ended(void)
{
    char           c;
    struct pollfd  input;

    input.fd = STDIN_FILENO;
    input.events = POLLIN;
    input.revents = 0;

    return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, &c, 1) <= 0;
}


static double
cpu_seconds(void)
{
    struct rusage  usage;

    getrusage(RUSAGE_SELF, &usage);

    return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
           + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}


static void
report(load_run_t *run, double cpu)
{
    double       seconds;
    unsigned     i;
    const char  *comma;

    seconds = (double) (run->last_event - run->started) / LOAD_SECOND;

    printf("{\"mode\":\"%s\",\"connections\":%u,\"opened\":%u,"
           "\"failed\":%u,\"lost\":%u,\"reopened\":%u,"
           "\"deflated\":%u,"
           "\"seconds\":%.3f,\"sent\":%llu,"
           "\"ok\":%llu,\"refused\":%llu,\"unanswered\":%llu,"
           "\"received_bytes\":%llu,\"generator_cpu_seconds\":%.3f",
           run->mode->name, run->conf->connections, run->opened, run->failed,
           run->lost, run->reopened, run->deflated, seconds,
           (unsigned long long) run->sent,
           (unsigned long long) run->ok, (unsigned long long) run->refused,
           (unsigned long long) run->outstanding,
           (unsigned long long) run->loop.received, cpu);

    load_report_hist("late_ms", &run->late);
    run->mode->report(run);

    printf(",\"errors\":{");

    for (comma = "", i = 0; i < LOAD_ERROR_KINDS && run->errors[i].n; i++) {
        printf("%s\"%s\":%llu", comma, run->errors[i].name,
               (unsigned long long) run->errors[i].n);
        comma = ",";
    }

    printf("}}\n");
}
