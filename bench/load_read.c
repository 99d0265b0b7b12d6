/*
 * load_read: the mode read: GET after GET on keep-alive connections, counting
 * responses and the bytes of their bodies.
 */

#include <stdio.h>

#include "load.h"


static void request(load_client_t *client);
static void report(load_run_t *run);


const load_mode_t  load_read = {
    .name = "read",
    .summary = "GET on keep-alive connections",
    .path = "/api/v1/canvas",
    .start = load_http_start,
    .request = request,
    .settled = load_answered,
    .report = report
};


static void
request(load_client_t *client)
{
    if (load_may_send(client->run)) {
        load_http_request(client, client->run->conf->path, NULL);
    }
}


static void
report(load_run_t *run)
{
    load_report_hist("response_ms", &run->hist);
    printf(",\"body_bytes\":%llu", (unsigned long long) run->bytes);
}
