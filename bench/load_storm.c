/*
 * load_storm: the mode storm.  Placers place at a steady rate while all
 * listeners connect at once; then somebody reloads the server when the line
 * {"event":"reload"} is printed, and everybody who loses the connection comes
 * back at once and resumes where it was.  What was not acknowledged is sent
 * again.  A phase ends when all are there; acks are timed phase by phase.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_ws.h"
#include "load.h"

#define QUIET      LOAD_SECOND
#define PHASE_MAX  (30 * LOAD_SECOND)
#define PENDING    512                  /* without an answer, a placer */

typedef enum {
    STORM_QUIET = 0,
    STORM_BURST,
    STORM_BURST_TAIL,
    STORM_RELOAD,
    STORM_RELOAD_TAIL,
    STORM_PHASES
} storm_phase_e;

typedef struct {
    storm_phase_e  phase;
    uint64_t       began;               /* of the phase */
    uint64_t       took[STORM_PHASES];  /* ns; 0: it did not end */
    uint64_t       back;                /* reopened before the reload */
    uint64_t       goal;                /* seq when all were back, or 0 */
    bench_hist_t   acks[STORM_PHASES];
} storm_t;

typedef struct {
    uint32_t       ids[PENDING];
    unsigned       n;
} storm_pending_t;


static int prepare(load_run_t *run);
static unsigned identity(load_client_t *client);
static void opened(load_client_t *client);
static void start(load_run_t *run);
static void step(load_run_t *run);
static unsigned phase_done(load_run_t *run, storm_t *storm);
static void next_phase(load_run_t *run, storm_t *storm);
static void place_due(load_run_t *run);
static void message(load_client_t *client, unsigned opcode,
    const uint8_t *data, size_t len);
static void answered(load_client_t *client, uint32_t id, unsigned ok);
static void delivered(load_client_t *client, uint64_t first, uint64_t last);
static unsigned closed(load_client_t *client);
static unsigned settled(load_run_t *run);
static unsigned caught_up(load_run_t *run, storm_t *storm);
static unsigned behind(const load_run_t *run, uint64_t seq);
static void report(load_run_t *run);


const load_mode_t  load_storm = {
    .name = "storm",
    .summary = "all connect at once, and again after a reload",
    .path = "/ws",
    .with_placers = 1,
    .prepare = prepare,
    .websocket = load_yes,
    .identity = identity,
    .opened = opened,
    .start = start,
    .step = step,
    .message = message,
    .answered = answered,
    .closed = closed,
    .settled = settled,
    .report = report
};


/* placers are the first clients here: they are open before the burst */
static int
prepare(load_run_t *run)
{
    unsigned  i;

    run->target = run->conf->placers;
    run->data = calloc(1, sizeof(storm_t));

    for (i = 0; i < run->conf->placers; i++) {
        run->clients[i].data = calloc(1, sizeof(storm_pending_t));

        if (run->clients[i].data == NULL) {
            return -1;
        }
    }

    return run->data && run->conf->rate > 0 ? 0 : -1;
}


static unsigned
identity(load_client_t *client)
{
    return client->data != NULL;
}


static void
opened(load_client_t *client)
{
    unsigned          i;
    storm_pending_t  *pending;

    client->resumes = 1;
    pending = client->data;

    for (i = 0; pending && i < pending->n; i++) {
        client->outstanding++;
        client->run->outstanding++;
        load_place_again(client, pending->ids[i]);
    }
}


static void
start(load_run_t *run)
{
    storm_t  *storm;

    storm = run->data;
    storm->began = run->loop.now;
    run->base_seq = run->clients[0].seq;
}


static void
step(load_run_t *run)
{
    storm_t  *storm;

    storm = run->data;
    place_due(run);

    if (phase_done(run, storm)) {
        storm->took[storm->phase] = run->loop.now - storm->began;
        next_phase(run, storm);

    } else if (run->loop.now - storm->began > PHASE_MAX) {
        run->running = 0;
    }
}


static unsigned
phase_done(load_run_t *run, storm_t *storm)
{
    switch (storm->phase) {

    case STORM_BURST:
        return run->opened + run->failed == run->n;

    case STORM_RELOAD:
        return run->reopened - storm->back >= run->opened
               && run->opening == 0 && run->closed == NULL
               && caught_up(run, storm);

    default:
        return run->loop.now - storm->began >= QUIET;
    }
}


static void
next_phase(load_run_t *run, storm_t *storm)
{
    storm->phase++;
    storm->began = run->loop.now;

    switch (storm->phase) {

    case STORM_BURST:
        run->target = run->n;
        load_client_open_more(run);
        break;

    case STORM_RELOAD:
        storm->back = run->reopened;
        printf("{\"event\":\"reload\"}\n");
        fflush(stdout);
        break;

    case STORM_PHASES:
        run->running = 0;
        break;

    default:
        break;
    }
}


/* of a placer that is away the placements wait for its return */
static void
place_due(load_run_t *run)
{
    unsigned          tries;
    load_client_t    *client;
    storm_pending_t  *pending;

    for (tries = 0; tries < run->conf->placers && run->due <= run->loop.now
         && load_may_send(run); /* void */)
    {
        client = &run->clients[run->turn++ % run->conf->placers];
        pending = client->data;

        if (!client->open || pending->n == PENDING) {
            tries++;
            continue;
        }

        tries = 0;
        pending->ids[pending->n++] = load_place_send(client, run->due);
        run->due += (uint64_t) (LOAD_SECOND / run->conf->rate);
    }
}


static void
message(load_client_t *client, unsigned opcode, const uint8_t *data,
    size_t len)
{
    size_t       n;
    uint64_t     last;
    load_run_t  *run;

    run = client->run;

    if (client->data && load_place_answer(client, opcode, data, len)) {
        return;
    }

    if (opcode == BENCH_WS_BINARY) {
        n = load_updates(data, len, &last);

        if (n > 0) {
            delivered(client, last - n + 1, last);
        }

    } else if (len > 11 && memcmp(data, "{\"type\":\"up", 11) == 0) {
        last = load_json_number(data, len, "\"seq\":");
        delivered(client, last, last);

    } else if (len > 16 && memcmp(data, "{\"type\":\"resync\"", 16) == 0) {
        run->resyncs++;
        client->seq = load_json_number(data, len, "\"seq\":");
    }
}


static void
answered(load_client_t *client, uint32_t id, unsigned ok)
{
    unsigned          i;
    storm_t          *storm;
    load_run_t       *run;
    storm_pending_t  *pending;

    run = client->run;
    storm = run->data;
    pending = client->data;

    if (ok) {
        bench_hist_add(&storm->acks[storm->phase % STORM_PHASES],
                       run->loop.now - run->stamps[id]);
    }

    for (i = 0; i < pending->n; i++) {
        if (pending->ids[i] == id) {
            pending->ids[i] = pending->ids[--pending->n];
            return;
        }
    }
}


static void
delivered(load_client_t *client, uint64_t first, uint64_t last)
{
    load_run_t  *run;

    run = client->run;
    run->updates += last - first + 1;
    run->last_event = run->loop.now;
    run->gaps += first != client->seq + 1;
    client->seq = last;
}


static unsigned
closed(load_client_t *client)
{
    client->run->outstanding -= client->outstanding;
    client->outstanding = 0;

    return client->run->running;
}


static unsigned
settled(load_run_t *run)
{
    return load_answered(run) && behind(run, run->top_seq) == 0;
}


/* with what was acknowledged when the last one came back */
static unsigned
caught_up(load_run_t *run, storm_t *storm)
{
    if (storm->goal == 0) {
        storm->goal = run->top_seq;
    }

    return behind(run, storm->goal) == 0;
}


/* clients that have not seen this change */
static unsigned
behind(const load_run_t *run, uint64_t seq)
{
    unsigned  i, n;

    for (n = 0, i = 0; i < run->n; i++) {
        n += !run->clients[i].open || run->clients[i].seq < seq;
    }

    return n;
}


static void
report(load_run_t *run)
{
    unsigned        i;
    const storm_t  *storm;

    static const char *const  names[STORM_PHASES] = {
        "quiet", "burst", "burst_tail", "reload", "reload_tail"
    };

    storm = run->data;

    load_report_hist("ack_ms", &run->hist);
    printf(",\"deliveries\":%llu,\"gaps\":%llu,\"resyncs\":%llu,"
           "\"behind\":%u,\"phases\":{", (unsigned long long) run->updates,
           (unsigned long long) run->gaps,
           (unsigned long long) run->resyncs, behind(run, run->top_seq));

    for (i = 0; i < STORM_PHASES; i++) {
        printf("%s\"%s\":{\"seconds\":%.3f", i ? "," : "", names[i],
               (double) storm->took[i] / LOAD_SECOND);
        load_report_hist("ack_ms", &storm->acks[i]);
        printf("}");
    }

    printf("}");
}
