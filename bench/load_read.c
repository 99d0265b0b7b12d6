/*
 * load_read: the mode read: GET after GET on keep-alive connections, counting
 * responses and the bytes of their bodies.
 */

#include <stdio.h>

#include "load.h"


static void start(load_run_t *run);
static void get(load_client_t *client);
static void response(load_client_t *client, unsigned status, uint64_t bytes);
static unsigned settled(load_run_t *run);
static void report(load_run_t *run);


const load_mode_t  load_read = {
    "read", "GET on keep-alive connections", "/api/v1/canvas",
    load_no, load_no, start, NULL, NULL, response, settled, report
};


static void
start(load_run_t *run)
{
    unsigned  i;

    for (i = 0; i < run->n; i++) {
        get(&run->clients[i]);
    }
}


static void
get(load_client_t *client)
{
    load_run_t  *run;

    run = client->run;

    if (!client->open || !run->running
        || (run->conf->count != 0 && run->sent >= run->conf->count))
    {
        return;
    }

    run->sent++;
    run->outstanding++;
    client->outstanding++;
    load_client_request(client, run->conf->path, NULL);
}


static void
response(load_client_t *client, unsigned status, uint64_t bytes)
{
    char         name[16];
    load_run_t  *run;

    run = client->run;
    run->outstanding--;
    run->bytes += bytes;
    run->last_event = run->loop.now;
    client->outstanding--;

    if (status / 100 == 2) {
        run->ok++;
        bench_hist_add(&run->hist, run->loop.now - client->sent_at);

    } else {
        run->refused++;
        load_error(run, name, (size_t) snprintf(name, sizeof(name),
                                                "status %u", status));
    }

    get(client);
}


static unsigned
settled(load_run_t *run)
{
    return run->outstanding == 0;
}


static void
report(load_run_t *run)
{
    load_report_hist("response_ms", &run->hist);
    printf(",\"body_bytes\":%llu", (unsigned long long) run->bytes);
}
