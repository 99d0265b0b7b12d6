/*
 * ngx_canvas_board: see the header.
 *
 * A board is kept in two depths, so that those who ask for a page of it do
 * not make Redis list a thousand.  One question a depth is on its way at a
 * time: first Redis', then, with what came, PostgreSQL's.
 */

#include "ngx_canvas_board.h"
#include "ngx_canvas_routes.h"
#include "ngx_canvas_store.h"

#include "canvas_id.h"
#include "canvas_text.h"


/* ms that a board is shared for */
#define NGX_CANVAS_BOARD_FRESH   1000

/* bytes of a member, a UUID or a faction, with its NUL */
#define NGX_CANVAS_BOARD_MEMBER  65

typedef struct {
    char                     member[NGX_CANVAS_BOARD_MEMBER];
    uint64_t                 score;
} ngx_canvas_board_entry_t;

typedef struct {
    ngx_canvas_boards_t       *boards;
    ngx_uint_t                 depth;
    ngx_canvas_board_t         board;
    ngx_msec_t                 taken;
    ngx_queue_t                waiting;   /* of ngx_canvas_board_wait_t */

    /* while it is read */
    ngx_canvas_board_entry_t  *entries;   /* depth of them */
    ngx_uint_t                 n;
    ngx_uint_t                 total;
    void                      *query;

    unsigned                   valid:1;   /* board was read at taken */
    unsigned                   asking:1;
} ngx_canvas_board_depth_t;

static const ngx_uint_t  ngx_canvas_board_depths[] = {
    100, NGX_CANVAS_BOARD_MAX
};

#define NGX_CANVAS_BOARD_DEPTHS                                               \
    (sizeof(ngx_canvas_board_depths) / sizeof(ngx_canvas_board_depths[0]))

struct ngx_canvas_boards_s {
    ngx_canvas_worker_t       *worker;
    ngx_canvas_board_depth_t   depths[NGX_CANVAS_BOARDS]
                                     [NGX_CANVAS_BOARD_DEPTHS];
};

typedef struct {
    const char                *name;
    ngx_canvas_key_e           key;
    const char                *member;    /* JSON names */
    const char                *title;     /* NULL: the member is its name */
} ngx_canvas_board_form_t;


static ngx_int_t ngx_canvas_board_ask(ngx_canvas_board_depth_t *depth);
static void ngx_canvas_board_ranked(void *data, ngx_str_t *member,
    uint64_t score, ngx_int_t total);
static ngx_int_t ngx_canvas_board_names(ngx_canvas_board_depth_t *depth);
static void ngx_canvas_board_named(void *data, ngx_canvas_pg_status_e status,
    const u_char *value, size_t len);
static void ngx_canvas_board_done(ngx_canvas_board_depth_t *depth,
    const u_char *names, size_t len);
static ngx_int_t ngx_canvas_board_compose(ngx_canvas_board_depth_t *depth,
    const u_char *names, size_t len);
static void ngx_canvas_board_write(ngx_canvas_board_depth_t *depth,
    canvas_text_t *text, uint32_t *ends, const u_char *names, size_t len);
static void ngx_canvas_board_answer(ngx_canvas_board_depth_t *depth);


/* by ngx_canvas_board_kind_e */

static const ngx_canvas_board_form_t  ngx_canvas_board_forms[] = {
    { "users", NGX_CANVAS_KEY_USERS, "userId", "username" },
    { "agents", NGX_CANVAS_KEY_AGENTS, "agentId", "name" },
    { "factions", NGX_CANVAS_KEY_FACTIONS, "faction", NULL }
};


const char *
ngx_canvas_board_name(ngx_canvas_board_kind_e kind)
{
    return ngx_canvas_board_forms[kind].name;
}


ngx_canvas_board_kind_e
ngx_canvas_board_find(const char *name)
{
    ngx_uint_t  kind;

    for (kind = 0; kind < NGX_CANVAS_BOARDS; kind++) {

        if (ngx_strcmp(ngx_canvas_board_forms[kind].name, name) == 0) {
            break;
        }
    }

    return kind;
}


ngx_canvas_boards_t *
ngx_canvas_boards_create(ngx_canvas_worker_t *worker)
{
    ngx_uint_t                 i, kind;
    ngx_canvas_boards_t       *boards;
    ngx_canvas_board_depth_t  *depth;

    boards = ngx_pcalloc(worker->pool, sizeof(ngx_canvas_boards_t));
    if (boards == NULL) {
        return NULL;
    }

    boards->worker = worker;

    for (kind = 0; kind < NGX_CANVAS_BOARDS; kind++) {

        for (i = 0; i < NGX_CANVAS_BOARD_DEPTHS; i++) {
            depth = &boards->depths[kind][i];

            depth->boards = boards;
            depth->depth = ngx_canvas_board_depths[i];
            depth->board.kind = kind;
            ngx_queue_init(&depth->waiting);
        }
    }

    return boards;
}


ngx_int_t
ngx_canvas_board_get(ngx_canvas_boards_t *boards,
    ngx_canvas_board_kind_e kind, ngx_uint_t n, ngx_canvas_board_wait_t *wait,
    const ngx_canvas_board_t **board)
{
    ngx_uint_t                 i;
    ngx_canvas_board_depth_t  *depth;

    i = 0;

    while (ngx_canvas_board_depths[i] < n) {
        i++;
    }

    depth = &boards->depths[kind][i];

    if (depth->valid
        && ngx_current_msec - depth->taken < NGX_CANVAS_BOARD_FRESH)
    {
        *board = &depth->board;
        return NGX_OK;
    }

    if (!depth->asking && ngx_canvas_board_ask(depth) != NGX_OK) {
        return NGX_DECLINED;
    }

    ngx_queue_insert_tail(&depth->waiting, &wait->queue);
    wait->waiting = 1;

    return NGX_AGAIN;
}


void
ngx_canvas_board_cancel(ngx_canvas_board_wait_t *wait)
{
    if (wait->waiting) {
        ngx_queue_remove(&wait->queue);
        wait->waiting = 0;
    }
}


ngx_str_t
ngx_canvas_board_entries(const ngx_canvas_board_t *board, ngx_uint_t n)
{
    ngx_str_t  text;

    n = ngx_min(n, board->n);

    text.data = board->text;
    text.len = n ? board->ends[n - 1] : 0;

    return text;
}


void
ngx_canvas_boards_close(ngx_canvas_boards_t *boards)
{
    ngx_uint_t           i, kind;
    ngx_canvas_board_t  *board;

    for (kind = 0; kind < NGX_CANVAS_BOARDS; kind++) {

        for (i = 0; i < NGX_CANVAS_BOARD_DEPTHS; i++) {
            board = &boards->depths[kind][i].board;

            if (board->ends) {
                ngx_free(board->ends);
                board->ends = NULL;
            }
        }
    }
}


static ngx_int_t
ngx_canvas_board_ask(ngx_canvas_board_depth_t *depth)
{
    ngx_canvas_worker_t  *worker;

    worker = depth->boards->worker;

    depth->entries = ngx_alloc(depth->depth * sizeof(ngx_canvas_board_entry_t),
                               worker->log);
    if (depth->entries == NULL) {
        return NGX_ERROR;
    }

    depth->n = 0;

    if (ngx_canvas_store_board(worker,
                               ngx_canvas_board_forms[depth->board.kind].key,
                               depth->depth, ngx_canvas_board_ranked, depth)
        != NGX_OK)
    {
        ngx_free(depth->entries);
        return NGX_ERROR;
    }

    depth->asking = 1;

    return NGX_OK;
}


/* Redis tells: each entry, and at last how many there are */

static void
ngx_canvas_board_ranked(void *data, ngx_str_t *member, uint64_t score,
    ngx_int_t total)
{
    uint8_t                    uuid[16];
    ngx_canvas_board_entry_t  *entry;
    ngx_canvas_board_depth_t  *depth = data;

    if (member) {

        if (depth->n == depth->depth
            || member->len >= NGX_CANVAS_BOARD_MEMBER
            || (ngx_canvas_board_forms[depth->board.kind].title
                && canvas_uuid_parse((char *) member->data, member->len, uuid)
                   != CANVAS_OK))
        {
            return;
        }

        entry = &depth->entries[depth->n++];

        ngx_memcpy(entry->member, member->data, member->len);
        entry->member[member->len] = '\0';
        entry->score = score;
        return;
    }

    if (total < 0) {
        depth->valid = 0;
        depth->asking = 0;
        ngx_free(depth->entries);
        ngx_canvas_board_answer(depth);
        return;
    }

    depth->total = total;

    if (ngx_canvas_board_names(depth) != NGX_OK) {
        ngx_canvas_board_done(depth, NULL, 0);
    }
}


/* NGX_DECLINED: there are none to ask for, or nobody to ask */

static ngx_int_t
ngx_canvas_board_names(ngx_canvas_board_depth_t *depth)
{
    u_char                         *ids, *p;
    ngx_int_t                       rc;
    ngx_uint_t                      i;
    const char                     *values[2];
    ngx_canvas_worker_t            *worker;
    const ngx_canvas_board_form_t  *form;

    worker = depth->boards->worker;
    form = &ngx_canvas_board_forms[depth->board.kind];

    if (form->title == NULL || depth->n == 0 || worker->pg == NULL) {
        return NGX_DECLINED;
    }

    /* {<uuid>,<uuid>,...} and a NUL */

    ids = ngx_alloc(depth->n * (CANVAS_UUID_LEN + 1) + 2, worker->log);
    if (ids == NULL) {
        return NGX_DECLINED;
    }

    p = ids;

    for (i = 0; i < depth->n; i++) {
        *p++ = i ? ',' : '{';
        p = ngx_cpymem(p, depth->entries[i].member, CANVAS_UUID_LEN);
    }

    *p++ = '}';
    *p = '\0';

    values[0] = form->name;
    values[1] = (char *) ids;

    rc = ngx_canvas_pg_query(worker->pg, NGX_CANVAS_SQL_BOARD_NAMES, values,
                             ngx_canvas_board_named, depth, &depth->query);

    ngx_free(ids);

    return rc == NGX_OK ? NGX_OK : NGX_DECLINED;
}


static void
ngx_canvas_board_named(void *data, ngx_canvas_pg_status_e status,
    const u_char *value, size_t len)
{
    ngx_canvas_board_depth_t *depth = data;

    ngx_canvas_board_done(depth, value,
                          status == NGX_CANVAS_PG_OK ? len : 0);
}


/* names: a JSON string or null a line; len 0: none are known */

static void
ngx_canvas_board_done(ngx_canvas_board_depth_t *depth, const u_char *names,
    size_t len)
{
    depth->asking = 0;
    depth->valid = ngx_canvas_board_compose(depth, names, len) == NGX_OK;
    depth->taken = ngx_current_msec;

    ngx_free(depth->entries);

    ngx_canvas_board_answer(depth);
}


static ngx_int_t
ngx_canvas_board_compose(ngx_canvas_board_depth_t *depth, const u_char *names,
    size_t len)
{
    size_t               size;
    uint32_t            *ends;
    canvas_text_t        text;
    ngx_canvas_board_t  *board;

    board = &depth->board;

    text.buf = NULL;
    text.len = 0;
    ngx_canvas_board_write(depth, &text, NULL, names, len);

    size = depth->n * sizeof(uint32_t);

    ends = ngx_alloc(size + text.len + 1, depth->boards->worker->log);
    if (ends == NULL) {
        return NGX_ERROR;
    }

    text.buf = (char *) ends + size;
    text.len = 0;
    ngx_canvas_board_write(depth, &text, ends, names, len);

    if (board->ends) {
        ngx_free(board->ends);
    }

    board->ends = ends;
    board->text = (u_char *) text.buf;
    board->n = depth->n;
    board->total = depth->total;
    board->read = ngx_time();

    return NGX_OK;
}


/* or measures, without a buffer and ends */

static void
ngx_canvas_board_write(ngx_canvas_board_depth_t *depth, canvas_text_t *text,
    uint32_t *ends, const u_char *names, size_t len)
{
    size_t                          n;
    ngx_uint_t                      i, rank;
    const u_char                   *end, *last;
    ngx_canvas_board_entry_t       *entry;
    const ngx_canvas_board_form_t  *form;

    form = &ngx_canvas_board_forms[depth->board.kind];
    last = names + len;
    rank = 1;

    for (i = 0; i < depth->n; i++) {
        entry = &depth->entries[i];

        if (i && entry->score != depth->entries[i - 1].score) {
            rank = i + 1;
        }

        if (i) {
            canvas_text_const(text, ",");
        }

        canvas_text_const(text, "{\"rank\":");
        canvas_text_num(text, rank);
        canvas_text_const(text, ",\"");
        canvas_text_add(text, form->member, ngx_strlen(form->member));
        canvas_text_const(text, "\":");
        canvas_text_string(text, entry->member);

        if (form->title) {
            canvas_text_const(text, ",\"");
            canvas_text_add(text, form->title, ngx_strlen(form->title));
            canvas_text_const(text, "\":");

            end = (len && names < last)
                  ? ngx_strlchr((u_char *) names, (u_char *) last, '\n')
                  : NULL;
            n = end ? (size_t) (end - names) : (size_t) (last - names);

            if (len && n) {
                canvas_text_add(text, (char *) names, n);
                names += n + (end != NULL);

            } else {
                canvas_text_const(text, "null");
            }
        }

        canvas_text_const(text, ",\"pixels\":");
        canvas_text_num(text, entry->score);
        canvas_text_const(text, "}");

        if (ends) {
            ends[i] = text->len;
        }
    }
}


/* any handler may cancel others that wait */

static void
ngx_canvas_board_answer(ngx_canvas_board_depth_t *depth)
{
    ngx_queue_t               waiting, *q;
    ngx_canvas_board_wait_t  *wait;

    ngx_queue_init(&waiting);

    if (!ngx_queue_empty(&depth->waiting)) {
        ngx_queue_add(&waiting, &depth->waiting);
        ngx_queue_init(&depth->waiting);
    }

    while (!ngx_queue_empty(&waiting)) {
        q = ngx_queue_head(&waiting);
        wait = ngx_queue_data(q, ngx_canvas_board_wait_t, queue);

        ngx_canvas_board_cancel(wait);

        wait->handler(wait->data, depth->valid ? &depth->board : NULL);
    }
}
