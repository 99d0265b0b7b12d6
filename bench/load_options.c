/*
 * load_options: the command line of load, as one table.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

typedef int (*option_set_pt)(load_conf_t *conf, size_t offset,
    const char *value);

typedef struct {
    const char     *name;
    const char     *argument;           /* NULL: a switch */
    const char     *summary;
    option_set_pt   set;
    size_t          offset;
} option_t;


static int set_address(load_conf_t *conf, size_t offset, const char *value);
static int set_unsigned(load_conf_t *conf, size_t offset, const char *value);
static int set_double(load_conf_t *conf, size_t offset, const char *value);
static int set_count(load_conf_t *conf, size_t offset, const char *value);
static int set_text(load_conf_t *conf, size_t offset, const char *value);
static int set_size(load_conf_t *conf, size_t offset, const char *value);
static int set_switch(load_conf_t *conf, size_t offset, const char *value);


#define FIELD(name)  offsetof(load_conf_t, name)

static const option_t  options[] = {
    { "address", "IP:PORT", "the server", set_address, 0 },
    { "connections", "N", "clients (32)", set_unsigned, FIELD(connections) },
    { "placers", "N", "further clients that place (1)", set_unsigned,
      FIELD(placers) },
    { "window", "N", "placements in flight a client (1)", set_unsigned,
      FIELD(window) },
    { "handshakes", "N", "clients being opened at once (64)", set_unsigned,
      FIELD(handshakes) },
    { "rate", "R", "placements a second; 0: unbounded", set_double,
      FIELD(rate) },
    { "seconds", "S", "how long to measure (5)", set_double,
      FIELD(seconds) },
    { "count", "N", "requests at most; 0: unbounded", set_count,
      FIELD(count) },
    { "path", "PATH", "what to ask for", set_text, FIELD(path) },
    { "size", "WxH", "of the canvas (500x500)", set_size, FIELD(width) },
    { "view", "WxH", "of a viewport (400x400)", set_size, FIELD(view_width) },
    { "binary", NULL, "subprotocol canvas.v1.bin", set_switch,
      FIELD(binary) },
    { "deflate", NULL, "offer permessage-deflate", set_switch,
      FIELD(deflate) },
    { "gzip", NULL, "accept gzip", set_switch, FIELD(gzip) },
    { "tls", NULL, "over TLS, without verifying", set_switch, FIELD(tls) },
    { "plain", NULL, "HTTP instead of WebSocket", set_switch, FIELD(plain) },
    { "silent", NULL, "the server sends no welcome", set_switch,
      FIELD(silent) },
    { "spread", NULL, "place all over the canvas, not row by row",
      set_switch, FIELD(spread) },
    { "hold", NULL, "at most until standard input ends", set_switch,
      FIELD(hold) }
};

#define OPTIONS  (sizeof(options) / sizeof(options[0]))


void
load_options_usage(FILE *out)
{
    size_t  i;

    for (i = 0; i < OPTIONS; i++) {
        fprintf(out, "  --%-12s %-8s %s\n", options[i].name,
                options[i].argument ? options[i].argument : "",
                options[i].summary);
    }

    fprintf(out, "  --%-12s %-8s %s\n", "help", "", "this text");
}


int
load_options_parse(load_conf_t *conf, int argc, char **argv)
{
    int            n;
    size_t         i;
    struct option  longs[OPTIONS + 2];

    memset(longs, 0, sizeof(longs));

    for (i = 0; i < OPTIONS; i++) {
        longs[i].name = options[i].name;
        longs[i].has_arg = options[i].argument != NULL;
        longs[i].val = (int) i + 1;
    }

    longs[OPTIONS].name = "help";
    longs[OPTIONS].val = OPTIONS + 1;

    conf->connections = 32;
    conf->placers = 1;
    conf->window = 1;
    conf->handshakes = 64;
    conf->seconds = 5;
    conf->width = 500;
    conf->height = 500;
    conf->view_width = 400;
    conf->view_height = 400;

    while ((n = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (n == OPTIONS + 1) {
            return 1;
        }

        if (n == '?' || options[n - 1].set(conf, options[n - 1].offset,
                                           optarg) != 0)
        {
            return -1;
        }
    }

    return conf->host && optind == argc && conf->connections > 0
           && conf->placers > 0 && conf->window > 0 && conf->handshakes > 0
           && conf->view_width <= conf->width
           && conf->view_height <= conf->height ? 0 : -1;
}


static int
set_address(load_conf_t *conf, size_t offset, const char *text)
{
    char         ip[INET_ADDRSTRLEN];
    size_t       len;
    const char  *colon;

    (void) offset;
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
set_unsigned(load_conf_t *conf, size_t offset, const char *value)
{
    *(unsigned *) ((char *) conf + offset)
        = (unsigned) strtoul(value, NULL, 10);

    return 0;
}


static int
set_double(load_conf_t *conf, size_t offset, const char *value)
{
    *(double *) ((char *) conf + offset) = strtod(value, NULL);

    return 0;
}


static int
set_count(load_conf_t *conf, size_t offset, const char *value)
{
    *(uint64_t *) ((char *) conf + offset) = strtoull(value, NULL, 10);

    return 0;
}


static int
set_text(load_conf_t *conf, size_t offset, const char *value)
{
    *(const char **) ((char *) conf + offset) = value;

    return 0;
}


/* two fields, one behind the other */
static int
set_size(load_conf_t *conf, size_t offset, const char *value)
{
    unsigned  *size;

    size = (unsigned *) ((char *) conf + offset);

    return sscanf(value, "%ux%u", &size[0], &size[1]) == 2
           && size[0] > 0 && size[1] > 0 ? 0 : -1;
}


static int
set_switch(load_conf_t *conf, size_t offset, const char *value)
{
    (void) value;
    *(unsigned *) ((char *) conf + offset) = 1;

    return 0;
}
