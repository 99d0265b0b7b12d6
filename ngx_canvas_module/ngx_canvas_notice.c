/*
 * ngx_canvas_notice: see the header.
 *
 * Boards are published when they have changed; a worker that has not heard of
 * one yet makes the notice itself when somebody subscribes.
 */

#include "ngx_canvas_notice.h"

#include "ngx_canvas_board.h"
#include "ngx_canvas_broadcast.h"

#include "canvas_notice.h"
#include "canvas_proto.h"


/* entries in a notice of a board */
#define NGX_CANVAS_NOTICE_TOP    10

/* seconds between two complaints about what cannot be passed on */
#define NGX_CANVAS_NOTICE_QUIET  10

typedef struct {
    ngx_canvas_notices_t        *notices;
    ngx_canvas_frame_t          *frame;     /* the last; NULL: none yet */
    uint64_t                     epoch;     /* in which it was told */
    ngx_canvas_board_wait_t      wait;
} ngx_canvas_notice_board_t;

struct ngx_canvas_notices_s {
    ngx_canvas_worker_t         *worker;
    time_t                       refused;
    ngx_canvas_notice_board_t    boards[CANVAS_BOARDS];
};

typedef struct {
    canvas_audience_t            audience;
    unsigned                     channel;   /* 0: all sockets */
} ngx_canvas_notice_audience_t;


static unsigned ngx_canvas_notice_channel(canvas_audience_t audience);
static void ngx_canvas_notice_send(ngx_canvas_notices_t *notices,
    unsigned channel, canvas_board_kind_t kind, const void *text,
    size_t len);
static ngx_canvas_frame_t *ngx_canvas_notice_last(
    ngx_canvas_notice_board_t *board);
static void ngx_canvas_notice_ask(ngx_canvas_notice_board_t *board,
    canvas_board_kind_t kind);
static void ngx_canvas_notice_ready(void *data,
    const ngx_canvas_board_t *board);


static const ngx_canvas_notice_audience_t  ngx_canvas_notice_audiences[] = {
    { CANVAS_AUDIENCE_ALL, 0 },
    { CANVAS_AUDIENCE_LEADERBOARD, CANVAS_CHANNEL_LEADERBOARD },
    { CANVAS_AUDIENCE_SCOREBOARD, CANVAS_CHANNEL_SCOREBOARD }
};


ngx_canvas_notices_t *
ngx_canvas_notices_create(ngx_canvas_worker_t *worker)
{
    ngx_uint_t             kind;
    ngx_canvas_notices_t  *notices;

    notices = ngx_pcalloc(worker->pool, sizeof(ngx_canvas_notices_t));
    if (notices == NULL) {
        return NULL;
    }

    notices->worker = worker;

    for (kind = 0; kind < CANVAS_BOARDS; kind++) {
        notices->boards[kind].notices = notices;
        notices->boards[kind].wait.handler = ngx_canvas_notice_ready;
        notices->boards[kind].wait.data = &notices->boards[kind];
    }

    return notices;
}


void
ngx_canvas_notice_publish(ngx_canvas_notices_t *notices,
    const canvas_event_t *event)
{
    unsigned                  channel;
    canvas_notice_t           notice;
    canvas_status_t           status;
    canvas_board_kind_t       kind;

    status = canvas_notice_parse(event->json, event->json_len, &notice);

    if (status != CANVAS_OK) {

        if (ngx_time() - notices->refused >= NGX_CANVAS_NOTICE_QUIET) {
            notices->refused = ngx_time();
            ngx_log_error(NGX_LOG_ERR, notices->worker->log, 0,
                          "canvas notice: %uz bytes were published that are "
                          "no notice or above %d", event->json_len,
                          CANVAS_NOTICE_MAX);
        }

        return;
    }

    channel = ngx_canvas_notice_channel(event->audience);
    kind = channel == CANVAS_CHANNEL_LEADERBOARD
           ? canvas_board_find(notice.kind) : CANVAS_BOARDS;

    ngx_canvas_notice_send(notices, channel, kind, event->json,
                           event->json_len);
}


ngx_int_t
ngx_canvas_notice_subscribe(ngx_canvas_session_t *session, unsigned channels)
{
    unsigned                    fresh;
    ngx_uint_t                  kind;
    ngx_canvas_notice_board_t  *board;

    fresh = channels & ~session->channels;
    session->channels |= channels;

    if (!(fresh & CANVAS_CHANNEL_LEADERBOARD)) {
        return NGX_OK;
    }

    for (kind = 0; kind < CANVAS_BOARDS; kind++) {
        board = &session->worker->notices->boards[kind];

        if (ngx_canvas_notice_last(board) == NULL) {
            ngx_canvas_notice_ask(board, kind);

        } else if (ngx_canvas_session_queue(session, board->frame)
                   == NGX_ERROR)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


void
ngx_canvas_notice_unsubscribe(ngx_canvas_session_t *session,
    unsigned channels)
{
    session->channels &= ~channels;
}


void
ngx_canvas_notices_close(ngx_canvas_notices_t *notices)
{
    ngx_uint_t                  kind;
    ngx_canvas_notice_board_t  *board;

    for (kind = 0; kind < CANVAS_BOARDS; kind++) {
        board = &notices->boards[kind];

        ngx_canvas_board_cancel(&board->wait);

        if (board->frame) {
            ngx_canvas_frame_release(board->frame);
            board->frame = NULL;
        }
    }
}


static unsigned
ngx_canvas_notice_channel(canvas_audience_t audience)
{
    const ngx_canvas_notice_audience_t  *a;

    a = ngx_canvas_notice_audiences;

    while (a->audience != audience) {
        a++;
    }

    return a->channel;
}


/* kind: of the board that it tells, or CANVAS_BOARDS */

static void
ngx_canvas_notice_send(ngx_canvas_notices_t *notices, unsigned channel,
    canvas_board_kind_t kind, const void *text, size_t len)
{
    ngx_canvas_frame_t         *frame;
    ngx_canvas_notice_board_t  *board;

    frame = ngx_canvas_frame_message(CANVAS_WS_OP_TEXT, text, len,
                                     notices->worker->log);
    if (frame == NULL) {
        return;
    }

    ngx_canvas_broadcast_notice(notices->worker->broadcast, frame, channel,
                                kind < CANVAS_BOARDS ? kind + 1 : 0);

    if (kind == CANVAS_BOARDS) {
        ngx_canvas_frame_release(frame);
        return;
    }

    board = &notices->boards[kind];

    if (board->frame) {
        ngx_canvas_frame_release(board->frame);
    }

    board->frame = frame;
    board->epoch = notices->worker->week.epoch;
}


/* that of an earlier epoch may tell of another week, and is forgotten */

static ngx_canvas_frame_t *
ngx_canvas_notice_last(ngx_canvas_notice_board_t *board)
{
    if (board->frame && board->epoch != board->notices->worker->week.epoch) {
        ngx_canvas_frame_release(board->frame);
        board->frame = NULL;
    }

    return board->frame;
}


static void
ngx_canvas_notice_ask(ngx_canvas_notice_board_t *board,
    canvas_board_kind_t kind)
{
    const ngx_canvas_board_t  *read;

    if (!board->wait.waiting
        && ngx_canvas_board_get(board->notices->worker->boards, kind,
                                NGX_CANVAS_NOTICE_TOP, &board->wait, &read)
           == NGX_OK)
    {
        ngx_canvas_notice_ready(board, read);
    }
}


static void
ngx_canvas_notice_ready(void *data, const ngx_canvas_board_t *board)
{
    ngx_canvas_notice_board_t *waiting = data;

    u_char                *text, *p;
    ngx_str_t              entries;
    ngx_canvas_notices_t  *notices;

    notices = waiting->notices;

    if (board == NULL || waiting->frame) {
        /* there is none, or a newer one was published meanwhile */
        return;
    }

    entries = ngx_canvas_board_entries(board, NGX_CANVAS_NOTICE_TOP);

    text = ngx_alloc(entries.len
                     + sizeof("{\"type\":\"leaderboard\",\"kind\":"
                              "\"factions\",\"entries\":[]}"),
                     notices->worker->log);
    if (text == NULL) {
        return;
    }

    p = ngx_sprintf(text, "{\"type\":\"leaderboard\",\"kind\":\"%s\","
                    "\"entries\":[%V]}", canvas_board_name(board->kind),
                    &entries);

    ngx_canvas_notice_send(notices, CANVAS_CHANNEL_LEADERBOARD, board->kind,
                           text, p - text);

    ngx_free(text);
}
