/*
 * load_read: the mode read: GET after GET on keep-alive connections, counting
 * responses and the bytes of their bodies.
 */

#include <stdio.h>

#include "load.h"


static void request(load_client_t *client);
static void report(load_run_t *run);


const load_mode_t  load_read = {
    "read", "GET on keep-alive connections", "/api/v1/canvas",
    load_no, load_no, load_client_start_http, NULL, NULL, request,
    load_answered, report
};


static void
request(load_client_t *client)
{
    if (load_may_send(client->run)) {
        load_client_request(client, client->run->conf->path, NULL);
    }
}


static void
report(load_run_t *run)
{
    load_report_hist("response_ms", &run->hist);
    printf(",\"body_bytes\":%llu", (unsigned long long) run->bytes);
}
