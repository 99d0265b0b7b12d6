/*
 * load: options, the run, the report.  See load.h.
 *
 * Standard output gets {"event":"start","opened":N} when all clients are open
 * and the measurement begins, {"event":"stop"} when it ended, and the result.
 * Exit codes: 0 measured, 1 not measured, 2 usage.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "load.h"

#define OPEN_TIMEOUT   (30 * LOAD_SECOND)
#define DRAIN_TIMEOUT  (5 * LOAD_SECOND)
#define TURN_MAX       (10 * 1000 * 1000)       /* ns */


static int usage(const char *name, int code);
static int parse_options(load_conf_t *conf, int argc, char **argv);
static int set_option(load_conf_t *conf, int option, const char *value);
static int set_address(load_conf_t *conf, const char *text);
static int prepare(load_run_t *run);
static int open_all(load_run_t *run);
static int measure(load_run_t *run);
static int turn(load_run_t *run);
static double cpu_seconds(void);
static void report(load_run_t *run, double cpu);


static const load_mode_t *const  modes[] = {
    &load_place_ws, &load_place_http, &load_fanout, &load_read, &load_idle
};

static const struct {
    struct option  option;
    const char    *argument;
    const char    *summary;
} options[] = {
    { { "address", 1, NULL, 'a' }, "IP:PORT", "the server" },
    { { "connections", 1, NULL, 'c' }, "N", "clients (32)" },
    { { "placers", 1, NULL, 'p' }, "N", "further clients that place (1)" },
    { { "window", 1, NULL, 'w' }, "N", "placements in flight a client (1)" },
    { { "rate", 1, NULL, 'r' }, "R", "placements a second; 0: unbounded" },
    { { "seconds", 1, NULL, 's' }, "S", "how long to measure (5)" },
    { { "count", 1, NULL, 'n' }, "N", "requests at most; 0: unbounded" },
    { { "path", 1, NULL, 'P' }, "PATH", "what to ask for" },
    { { "size", 1, NULL, 'S' }, "WxH", "of the canvas (500x500)" },
    { { "binary", 0, NULL, 'b' }, "", "subprotocol canvas.v1.bin" },
    { { "gzip", 0, NULL, 'z' }, "", "accept gzip" },
    { { "plain", 0, NULL, 'k' }, "", "idle HTTP connections" },
    { { "help", 0, NULL, 'h' }, "", "this text" }
};

#define OPTIONS  (sizeof(options) / sizeof(options[0]))
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
    run.conf = &conf;

    rc = parse_options(&conf, argc - 1, argv + 1);
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

    for (i = 0; i < OPTIONS; i++) {
        fprintf(out, "  --%-12s %-8s %s\n", options[i].option.name,
                options[i].argument, options[i].summary);
    }

    return code;
}


/* 0, 1: help was asked for, -1: malformed */
static int
parse_options(load_conf_t *conf, int argc, char **argv)
{
    int            option;
    size_t         i;
    struct option  longs[OPTIONS + 1];

    memset(longs, 0, sizeof(longs));

    for (i = 0; i < OPTIONS; i++) {
        longs[i] = options[i].option;
    }

    conf->connections = 32;
    conf->placers = 1;
    conf->window = 1;
    conf->seconds = 5;
    conf->width = 500;
    conf->height = 500;

    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (option == 'h') {
            return 1;
        }

        if (set_option(conf, option, optarg) != 0) {
            return -1;
        }
    }

    return conf->host && optind == argc && conf->connections > 0
           && conf->placers > 0 && conf->window > 0 ? 0 : -1;
}


static int
set_option(load_conf_t *conf, int option, const char *value)
{
    switch (option) {

    case 'a':
        return set_address(conf, value);

    case 'c':
        conf->connections = (unsigned) strtoul(value, NULL, 10);
        return 0;

    case 'p':
        conf->placers = (unsigned) strtoul(value, NULL, 10);
        return 0;

    case 'w':
        conf->window = (unsigned) strtoul(value, NULL, 10);
        return 0;

    case 'r':
        conf->rate = strtod(value, NULL);
        return 0;

    case 's':
        conf->seconds = strtod(value, NULL);
        return 0;

    case 'n':
        conf->count = strtoull(value, NULL, 10);
        return 0;

    case 'P':
        conf->path = value;
        return 0;

    case 'S':
        return sscanf(value, "%ux%u", &conf->width, &conf->height) == 2
               && conf->width > 0 && conf->height > 0 ? 0 : -1;

    case 'b':
        conf->binary = 1;
        return 0;

    case 'z':
        conf->gzip = 1;
        return 0;

    case 'k':
        conf->plain = 1;
        return 0;

    default:
        return -1;
    }
}


static int
set_address(load_conf_t *conf, const char *text)
{
    char         ip[INET_ADDRSTRLEN];
    size_t       len;
    const char  *colon;

    colon = strchr(text, ':');

    if (colon == NULL || (size_t) (colon - text) >= sizeof(ip)) {
        return -1;
    }

    len = (size_t) (colon - text);
    memcpy(ip, text, len);
    ip[len] = '\0';

    conf->host = text;
    conf->address.sin_family = AF_INET;
    conf->address.sin_port = htons((uint16_t) strtoul(colon + 1, NULL, 10));

    return inet_pton(AF_INET, ip, &conf->address.sin_addr) == 1 ? 0 : -1;
}


static int
prepare(load_run_t *run)
{
    unsigned            i;
    const load_conf_t  *conf;

    conf = run->conf;
    run->n = conf->connections
             + (run->mode == &load_fanout ? conf->placers : 0);

    run->clients = calloc(run->n, sizeof(load_client_t));
    run->stamps = calloc((size_t) conf->width * conf->height,
                         sizeof(uint64_t));

    if (run->clients == NULL || run->stamps == NULL) {
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

    return bench_loop_init(&run->loop);
}


static int
open_all(load_run_t *run)
{
    uint64_t  deadline;

    deadline = run->loop.now + OPEN_TIMEOUT;
    load_client_open_more(run);

    while (run->opened + run->failed < run->n && run->loop.now < deadline) {
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

    printf("{\"event\":\"start\",\"opened\":%u}\n", run->opened);
    fflush(stdout);

    run->loop.now = bench_now();
    run->started = run->loop.now;
    run->last_event = run->loop.now;
    run->due = run->loop.now;
    run->running = 1;
    run->mode->start(run);

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

    if (run->closed) {
        load_client_reopen(run);
    }

    if (run->mode->step) {
        run->mode->step(run);
    }

    return 0;
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
           "\"seconds\":%.3f,\"sent\":%llu,"
           "\"ok\":%llu,\"refused\":%llu,\"unanswered\":%llu,"
           "\"received_bytes\":%llu,\"generator_cpu_seconds\":%.3f",
           run->mode->name, run->conf->connections, run->opened, run->failed,
           run->lost, run->reopened, seconds, (unsigned long long) run->sent,
           (unsigned long long) run->ok, (unsigned long long) run->refused,
           (unsigned long long) run->outstanding,
           (unsigned long long) run->loop.received, cpu);

    run->mode->report(run);

    printf(",\"errors\":{");

    for (comma = "", i = 0; i < LOAD_ERROR_KINDS && run->errors[i].n; i++) {
        printf("%s\"%s\":%llu", comma, run->errors[i].name,
               (unsigned long long) run->errors[i].n);
        comma = ",";
    }

    printf("}}\n");
}
