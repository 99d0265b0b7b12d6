/*
 * load: a generator of WebSocket and HTTP load.  One run opens a number of
 * clients, lets a mode drive them for a bounded time and count, waits for
 * what is still outstanding, and prints one JSON object.
 *
 * Layers: bench_conn (bytes) < load_http, load_client (requests, handshakes,
 * frames) < load_<mode> (what is measured) < load.c (run, report).
 */

#ifndef LOAD_H_INCLUDED
#define LOAD_H_INCLUDED

#include <stdio.h>

#include "bench_conn.h"
#include "bench_hist.h"
#include "bench_inflate.h"

#define LOAD_ERROR_KINDS  16
#define LOAD_SECOND       1000000000ull     /* ns */

typedef struct load_run_s     load_run_t;
typedef struct load_client_s  load_client_t;

typedef struct {
    struct sockaddr_in  address;
    const char         *host;           /* for Host and Origin */
    unsigned            connections;
    unsigned            placers;        /* of fanout, viewport, storm */
    unsigned            window;         /* placements in flight a client */
    unsigned            handshakes;     /* clients being opened at once */
    unsigned            binary;         /* subprotocol canvas.v1.bin */
    unsigned            deflate;        /* permessage-deflate */
    unsigned            gzip;
    unsigned            tls;
    unsigned            plain;          /* idle: HTTP instead of WebSocket */
    unsigned            silent;         /* no welcome is to be waited for */
    unsigned            spread;         /* placements all over the canvas */
    unsigned            hold;           /* until standard input ends */
    unsigned            width;
    unsigned            height;
    unsigned            view_width;
    unsigned            view_height;
    double              rate;           /* a second; 0: as fast as answered */
    double              seconds;
    uint64_t            count;          /* 0: no bound but seconds */
    const char         *path;
} load_conf_t;

/*
 * A mode decides which clients are which and what their answers mean.  NULL:
 * nothing to do; of websocket and identity: none does.
 */
typedef struct {
    const char  *name;
    const char  *summary;
    const char  *path;                  /* default of --path */
    unsigned     with_placers;          /* behind the connections */
    unsigned     hold;                  /* until standard input ends */

    unsigned   (*websocket)(load_client_t *client);
    unsigned   (*identity)(load_client_t *client);

    int        (*prepare)(load_run_t *run);
    void       (*opened)(load_client_t *client);
    unsigned   (*ready)(load_run_t *run);       /* to be measured */
    void       (*start)(load_run_t *run);       /* all clients are open */
    void       (*step)(load_run_t *run);        /* each turn of the loop */
    void       (*message)(load_client_t *client, unsigned opcode,
                          const uint8_t *data, size_t len);
    void       (*answered)(load_client_t *client, uint32_t id, unsigned ok);
    void       (*request)(load_client_t *client);       /* its next */
    /* 1: to be opened again */
    unsigned   (*closed)(load_client_t *client);
    unsigned   (*settled)(load_run_t *run);     /* nothing outstanding */
    void       (*report)(load_run_t *run);      /* prints JSON members */
} load_mode_t;

typedef enum {
    LOAD_GUEST = 0,     /* asks for a guest's session */
    LOAD_UPGRADE,
    LOAD_WELCOME,       /* waits for the first message */
    LOAD_WEBSOCKET,
    LOAD_HTTP
} load_phase_e;

struct load_client_s {
    bench_conn_t   conn;
    load_run_t    *run;
    load_phase_e   phase;
    char           cookie[128];
    unsigned       status;              /* of the response being read */
    uint64_t       body_len;
    uint64_t       body_left;
    unsigned       in_body:1;
    unsigned       open:1;
    unsigned       was_open:1;
    unsigned       closing:1;           /* Connection: close */
    unsigned       deflated:1;          /* the extension was agreed on */
    unsigned       resumes:1;           /* with since and epoch */
    unsigned       ready:1;
    unsigned       outstanding;         /* requests without an answer */
    uint64_t       sent_at;             /* of an HTTP request, a handshake */
    load_client_t *next;                /* of those to be opened again */
    uint64_t       seq;                 /* last seq seen */
    uint64_t       epoch;
    uint64_t       history;             /* of bench_inflate */
    uint64_t       got;                 /* changes inside the viewport */
    uint64_t       expected;
    unsigned       x;                   /* of the viewport */
    unsigned       y;
    void          *data;                /* of the mode */
};

typedef struct {
    char      name[32];
    uint64_t  n;
} load_error_t;

struct load_run_s {
    const load_conf_t  *conf;
    const load_mode_t  *mode;
    bench_loop_t        loop;
    load_client_t      *clients;
    unsigned            n;              /* clients, placers included */
    unsigned            target;         /* clients to be open by now */
    unsigned            next;           /* client to be opened */
    unsigned            opening;
    unsigned            budget;         /* connects of this turn */
    unsigned            opened;
    unsigned            failed;         /* before they were open */
    unsigned            lost;           /* after they were open */
    unsigned            reopened;
    unsigned            deflated;       /* clients with the extension */
    load_client_t      *closed;         /* to be opened again */
    unsigned            running;        /* between start and end */

    uint64_t            started;
    uint64_t            last_event;     /* last answer or delivery */
    uint64_t            due;            /* next placement of an open loop */
    unsigned            turn;           /* client whose placement is next */

    uint64_t            sent;
    uint64_t            ok;
    uint64_t            refused;
    uint64_t            outstanding;
    uint64_t            updates;        /* changes received by all clients */
    uint64_t            frames;         /* of binary updates, likewise */
    uint64_t            bytes;          /* bodies */
    uint64_t            gaps;
    uint64_t            resyncs;
    uint64_t            top_seq;        /* highest that was acknowledged */
    uint64_t            base_seq;       /* before the first placement */
    uint64_t           *stamps;         /* when a cell was last sent */
    uint64_t            outside;        /* changes that nobody asked for */
    bench_inflate_t    *inflate;
    void               *data;           /* of the mode */
    load_error_t        errors[LOAD_ERROR_KINDS];
    bench_hist_t        hist;           /* ns, of answers */
    bench_hist_t        late;           /* ns, of the generator itself */
    bench_hist_t        lag;            /* ns, of deliveries */
};

extern const bench_conn_handlers_t  load_client_handlers;

extern const load_mode_t  load_place_ws;
extern const load_mode_t  load_place_http;
extern const load_mode_t  load_fanout;
extern const load_mode_t  load_viewport;
extern const load_mode_t  load_read;
extern const load_mode_t  load_idle;
extern const load_mode_t  load_connect;
extern const load_mode_t  load_storm;

void load_options_usage(FILE *out);

/* 0, 1: help was asked for, -1: malformed */
int load_options_parse(load_conf_t *conf, int argc, char **argv);

/* opens clients up to the number that may be in a handshake at once */
void load_client_open_more(load_run_t *run);

/* opens clients again that ended and are to come back */
void load_client_reopen(load_run_t *run);

/* the handshake of a connection that is there, or nothing for HTTP */
void load_client_upgrade(load_client_t *client);

/* 101 came: a message is next; or the client is open */
void load_client_upgraded(load_client_t *client);

/* one WebSocket message, masked; a broken connection is closed */
void load_client_send(load_client_t *client, unsigned opcode,
    const void *data, size_t len);

/* the first request of every HTTP client */
void load_http_start(load_run_t *run);

/* body == NULL: GET.  The answer is counted; then the mode's request() is
 * called for the next one */
void load_http_request(load_client_t *client, const char *path,
    const char *body);

/* what bench_conn's input handler returns, for the phases of HTTP */
size_t load_http_input(load_client_t *client, const uint8_t *data,
    size_t len);

/* the number behind the last occurrence of name ("\"seq\":"), or 0 */
uint64_t load_json_number(const uint8_t *data, size_t len, const char *name);

/* no placement or request is without an answer */
unsigned load_answered(load_run_t *run);

/* time and count allow one more */
unsigned load_may_send(load_run_t *run);

/* counts a refusal by its code or status */
void load_error(load_run_t *run, const char *name, size_t len);

/* a placement by this client, over WebSocket, started at the given time;
 * returns its id, the number of its cell */
uint32_t load_place_send(load_client_t *client, uint64_t start);

/* takes placed and error; 1 if the message was one */
unsigned load_place_answer(load_client_t *client, unsigned opcode,
    const uint8_t *data, size_t len);

/* one that has no answer, once more, with the time of the first */
void load_place_again(load_client_t *client, uint32_t id);

/* placements that are due on clients first..first + n - 1 */
void load_place_step(load_run_t *run, unsigned first, unsigned n);

/* binary updates; the records begin at data + 9; 0: it is none */
size_t load_updates(const uint8_t *data, size_t len, uint64_t *last);

/* how late a change of that cell came */
void load_lag(load_client_t *client, unsigned long x, unsigned long y);

void load_report_hist(const char *name, const bench_hist_t *hist);

unsigned load_yes(load_client_t *client);

/* of modes whose last clients place */
unsigned load_is_placer(load_client_t *client);

#endif /* LOAD_H_INCLUDED */
