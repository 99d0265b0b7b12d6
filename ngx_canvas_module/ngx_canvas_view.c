/*
 * ngx_canvas_view: see the header.
 *
 * Views that have the same changes share the frames of one choice.  A choice
 * is found by a hash over the indices of its changes and then compared change
 * by change, so that equal means equal; what a view holds for it is of fixed
 * size, however many changes there are.
 */

#include "ngx_canvas_view.h"


/* tiles of a side */
#define NGX_CANVAS_VIEW_GRID     16

#define NGX_CANVAS_VIEW_CHOICES  256

/* FNV-1a, over indices instead of bytes */
#define NGX_CANVAS_VIEW_HASH     0xcbf29ce484222325
#define NGX_CANVAS_VIEW_PRIME    0x100000001b3


struct ngx_canvas_choice_s {
    ngx_canvas_choice_t    *next;       /* of the same bucket */
    uint64_t                hash;
    size_t                  n;
    ngx_canvas_area_t       area;       /* of the view it was made for */
    ngx_canvas_frames_t     frames;
};

/* the rectangle stands here as well: most are looked at and passed over */
typedef struct {
    ngx_canvas_area_t       area;
    ngx_canvas_view_t      *view;
} ngx_canvas_view_entry_t;

typedef struct {
    ngx_canvas_view_entry_t  *entries;
    ngx_uint_t                n;
    ngx_uint_t                size;
} ngx_canvas_view_tile_t;

struct ngx_canvas_views_s {
    ngx_uint_t               width;         /* of the canvas */
    ngx_uint_t               height;
    ngx_uint_t               tile_width;
    ngx_uint_t               tile_height;

    ngx_canvas_view_t        whole;
    ngx_queue_t              all;           /* whole is the first */
    ngx_uint_t               n;             /* besides whole */
    ngx_rbtree_t             tree;
    ngx_rbtree_node_t        sentinel;

    const canvas_change_t   *changes;       /* of the sweep */
    size_t                   changes_n;
    uint64_t                 from;
    ngx_canvas_choice_t     *choices[NGX_CANVAS_VIEW_CHOICES];
    uint16_t                 picks[NGX_CANVAS_ENCODE_MAX];

    ngx_canvas_view_tile_t   tiles[NGX_CANVAS_VIEW_GRID
                                   * NGX_CANVAS_VIEW_GRID];
};


static ngx_canvas_view_t *ngx_canvas_views_find(ngx_canvas_views_t *views,
    ngx_rbtree_key_t key);
static ngx_rbtree_key_t ngx_canvas_view_key(const ngx_canvas_area_t *area);
static ngx_int_t ngx_canvas_views_lay(ngx_canvas_views_t *views,
    ngx_canvas_view_t *view, ngx_log_t *log);
static void ngx_canvas_views_lift(ngx_canvas_views_t *views,
    ngx_canvas_view_t *view);
static ngx_int_t ngx_canvas_view_tile_add(ngx_canvas_view_tile_t *tile,
    ngx_canvas_view_t *view, ngx_log_t *log);
static void ngx_canvas_view_tile_remove(ngx_canvas_view_tile_t *tile,
    ngx_canvas_view_t *view);
static void ngx_canvas_views_give(ngx_canvas_views_t *views,
    ngx_canvas_view_tile_t *tile, const canvas_change_t *change, size_t i);
static void ngx_canvas_view_touch(ngx_canvas_view_t *view, uint64_t to);
static ngx_canvas_choice_t *ngx_canvas_views_choose(ngx_canvas_views_t *views,
    ngx_canvas_view_t *view, ngx_log_t *log);
static ngx_uint_t ngx_canvas_views_same(ngx_canvas_views_t *views,
    const ngx_canvas_area_t *one, const ngx_canvas_area_t *other);

#define ngx_canvas_area_has(area, change)                                     \
    ((change)->x >= (area)->left && (change)->x <= (area)->right              \
     && (change)->y >= (area)->top && (change)->y <= (area)->bottom)


ngx_canvas_views_t *
ngx_canvas_views_create(ngx_pool_t *pool, ngx_uint_t width, ngx_uint_t height)
{
    ngx_canvas_views_t  *views;

    views = ngx_pcalloc(pool, sizeof(ngx_canvas_views_t));
    if (views == NULL) {
        return NULL;
    }

    views->width = width;
    views->height = height;
    views->tile_width = (width + NGX_CANVAS_VIEW_GRID - 1)
                        / NGX_CANVAS_VIEW_GRID;
    views->tile_height = (height + NGX_CANVAS_VIEW_GRID - 1)
                         / NGX_CANVAS_VIEW_GRID;

    ngx_rbtree_init(&views->tree, &views->sentinel, ngx_rbtree_insert_value);
    ngx_queue_init(&views->all);

    views->whole.area.right = width - 1;
    views->whole.area.bottom = height - 1;
    ngx_queue_init(&views->whole.sessions);
    ngx_queue_insert_tail(&views->all, &views->whole.queue);

    return views;
}


ngx_canvas_view_t *
ngx_canvas_views_whole(ngx_canvas_views_t *views)
{
    return &views->whole;
}


ngx_canvas_view_t *
ngx_canvas_views_first(ngx_canvas_views_t *views)
{
    return &views->whole;
}


ngx_canvas_view_t *
ngx_canvas_views_next(ngx_canvas_views_t *views, ngx_canvas_view_t *view)
{
    ngx_queue_t  *q;

    q = ngx_queue_next(&view->queue);

    return q == ngx_queue_sentinel(&views->all)
           ? NULL : ngx_queue_data(q, ngx_canvas_view_t, queue);
}


ngx_uint_t
ngx_canvas_views_valid(ngx_canvas_views_t *views, int64_t x, int64_t y,
    int64_t width, int64_t height)
{
    return x >= 0 && x < (int64_t) views->width
           && y >= 0 && y < (int64_t) views->height
           && width > 0 && height > 0;
}


ngx_canvas_view_t *
ngx_canvas_views_get(ngx_canvas_views_t *views, int64_t x, int64_t y,
    int64_t width, int64_t height, uint64_t seq, ngx_log_t *log)
{
    ngx_canvas_area_t   area;
    ngx_canvas_view_t  *view;
    ngx_rbtree_key_t    key;

    area.left = x;
    area.top = y;
    area.right = x + ngx_min(width, (int64_t) views->width - x) - 1;
    area.bottom = y + ngx_min(height, (int64_t) views->height - y) - 1;

    key = ngx_canvas_view_key(&area);

    if (key == ngx_canvas_view_key(&views->whole.area)) {
        return &views->whole;
    }

    view = ngx_canvas_views_find(views, key);
    if (view) {
        return view;
    }

    view = ngx_calloc(sizeof(ngx_canvas_view_t), log);
    if (view == NULL) {
        return NULL;
    }

    view->area = area;
    view->before = seq;
    view->touched = seq;
    ngx_queue_init(&view->sessions);

    if (ngx_canvas_views_lay(views, view, log) != NGX_OK) {
        ngx_canvas_views_lift(views, view);
        ngx_free(view);
        return NULL;
    }

    view->node.key = key;
    ngx_rbtree_insert(&views->tree, &view->node);
    ngx_queue_insert_tail(&views->all, &view->queue);
    views->n++;

    return view;
}


void
ngx_canvas_views_put(ngx_canvas_views_t *views, ngx_canvas_view_t *view)
{
    if (view->n || view == &views->whole) {
        return;
    }

    ngx_canvas_views_lift(views, view);
    ngx_rbtree_delete(&views->tree, &view->node);
    ngx_queue_remove(&view->queue);
    views->n--;

    ngx_free(view);
}


ngx_uint_t
ngx_canvas_views_count(ngx_canvas_views_t *views)
{
    return views->n;
}


void
ngx_canvas_views_reset(ngx_canvas_views_t *views, uint64_t seq)
{
    ngx_canvas_view_t  *view;

    for (view = ngx_canvas_views_first(views); view;
         view = ngx_canvas_views_next(views, view))
    {
        view->before = seq;
        view->touched = seq;
    }
}


void
ngx_canvas_views_begin(ngx_canvas_views_t *views,
    const canvas_change_t *changes, size_t n, uint64_t from)
{
    size_t  i, tile;

    views->changes = changes;
    views->changes_n = n;
    views->from = from;

    ngx_canvas_view_touch(&views->whole, from + n);
    views->whole.picked = n;

    if (views->n == 0) {
        return;
    }

    for (i = 0; i < n; i++) {
        tile = changes[i].y / views->tile_height * NGX_CANVAS_VIEW_GRID
               + changes[i].x / views->tile_width;

        ngx_canvas_views_give(views, &views->tiles[tile], &changes[i], i);
    }
}


ngx_canvas_frame_t *
ngx_canvas_views_frame(ngx_canvas_views_t *views, ngx_canvas_view_t *view,
    ngx_canvas_wire_e wire, ngx_canvas_encoder_t *encoder)
{
    ngx_canvas_batch_t  batch;

    if (view->choice == NULL) {
        view->choice = ngx_canvas_views_choose(views, view, encoder->log);

        if (view->choice == NULL) {
            return NULL;
        }
    }

    if (view->choice->frames.wires[wire]) {
        return view->choice->frames.wires[wire];
    }

    batch.changes = views->changes;
    batch.picks = NULL;
    batch.n = view->picked;
    batch.from = views->from;
    batch.to = views->from + views->changes_n;

    if (view->picked != views->changes_n) {
        (void) ngx_canvas_view_pick(view, views->changes, views->changes_n,
                                    views->picks);
        batch.picks = views->picks;
    }

    return ngx_canvas_encode(encoder, &view->choice->frames, wire, &batch);
}


void
ngx_canvas_views_end(ngx_canvas_views_t *views)
{
    ngx_uint_t            i;
    ngx_canvas_view_t    *view;
    ngx_canvas_choice_t  *choice;

    for (view = ngx_canvas_views_first(views); view;
         view = ngx_canvas_views_next(views, view))
    {
        view->choice = NULL;
    }

    for (i = 0; i < NGX_CANVAS_VIEW_CHOICES; i++) {

        while (views->choices[i]) {
            choice = views->choices[i];
            views->choices[i] = choice->next;

            ngx_canvas_encode_release(&choice->frames);
            ngx_free(choice);
        }
    }
}


size_t
ngx_canvas_view_pick(const ngx_canvas_view_t *view,
    const canvas_change_t *changes, size_t n, uint16_t *picks)
{
    size_t  i, picked;

    picked = 0;

    for (i = 0; i < n; i++) {
        picks[picked] = i;
        picked += ngx_canvas_area_has(&view->area, &changes[i]) ? 1 : 0;
    }

    return picked;
}


static ngx_canvas_view_t *
ngx_canvas_views_find(ngx_canvas_views_t *views, ngx_rbtree_key_t key)
{
    ngx_rbtree_node_t  *node;

    node = views->tree.root;

    while (node != &views->sentinel) {

        if (node->key == key) {
            return (ngx_canvas_view_t *) node;
        }

        node = key < node->key ? node->left : node->right;
    }

    return NULL;
}


static ngx_rbtree_key_t
ngx_canvas_view_key(const ngx_canvas_area_t *area)
{
    return (ngx_rbtree_key_t) area->left << 48
           | (ngx_rbtree_key_t) area->top << 32
           | (ngx_rbtree_key_t) area->right << 16
           | (ngx_rbtree_key_t) area->bottom;
}


/* into the tiles that it overlaps */

static ngx_int_t
ngx_canvas_views_lay(ngx_canvas_views_t *views, ngx_canvas_view_t *view,
    ngx_log_t *log)
{
    ngx_uint_t  x, y;

    for (y = view->area.top / views->tile_height;
         y <= view->area.bottom / views->tile_height; y++)
    {
        for (x = view->area.left / views->tile_width;
             x <= view->area.right / views->tile_width; x++)
        {
            if (ngx_canvas_view_tile_add(
                    &views->tiles[y * NGX_CANVAS_VIEW_GRID + x], view, log)
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


static void
ngx_canvas_views_lift(ngx_canvas_views_t *views, ngx_canvas_view_t *view)
{
    ngx_uint_t  x, y;

    for (y = view->area.top / views->tile_height;
         y <= view->area.bottom / views->tile_height; y++)
    {
        for (x = view->area.left / views->tile_width;
             x <= view->area.right / views->tile_width; x++)
        {
            ngx_canvas_view_tile_remove(
                &views->tiles[y * NGX_CANVAS_VIEW_GRID + x], view);
        }
    }
}


static ngx_int_t
ngx_canvas_view_tile_add(ngx_canvas_view_tile_t *tile,
    ngx_canvas_view_t *view, ngx_log_t *log)
{
    ngx_uint_t                size;
    ngx_canvas_view_entry_t  *entries;

    if (tile->n == tile->size) {
        size = tile->size ? tile->size * 2 : 4;

        entries = ngx_alloc(size * sizeof(ngx_canvas_view_entry_t), log);
        if (entries == NULL) {
            return NGX_ERROR;
        }

        if (tile->entries) {
            ngx_memcpy(entries, tile->entries,
                       tile->n * sizeof(ngx_canvas_view_entry_t));
            ngx_free(tile->entries);
        }

        tile->entries = entries;
        tile->size = size;
    }

    tile->entries[tile->n].area = view->area;
    tile->entries[tile->n].view = view;
    tile->n++;

    return NGX_OK;
}


/* a tile without views gives its memory back */

static void
ngx_canvas_view_tile_remove(ngx_canvas_view_tile_t *tile,
    ngx_canvas_view_t *view)
{
    ngx_uint_t  i;

    for (i = 0; i < tile->n; i++) {

        if (tile->entries[i].view == view) {
            tile->n--;
            tile->entries[i] = tile->entries[tile->n];
            break;
        }
    }

    if (tile->n == 0 && tile->entries) {
        ngx_free(tile->entries);
        tile->entries = NULL;
        tile->size = 0;
    }
}


static void
ngx_canvas_views_give(ngx_canvas_views_t *views, ngx_canvas_view_tile_t *tile,
    const canvas_change_t *change, size_t i)
{
    uint64_t            to;
    ngx_uint_t          k;
    ngx_canvas_view_t  *view;

    to = views->from + views->changes_n;

    for (k = 0; k < tile->n; k++) {

        if (!ngx_canvas_area_has(&tile->entries[k].area, change)) {
            continue;
        }

        view = tile->entries[k].view;

        if (view->touched != to) {
            ngx_canvas_view_touch(view, to);
        }

        view->hash = (view->hash ^ (i + 1)) * NGX_CANVAS_VIEW_PRIME;
        view->picked++;
    }
}


static void
ngx_canvas_view_touch(ngx_canvas_view_t *view, uint64_t to)
{
    view->before = view->touched;
    view->touched = to;
    view->hash = NGX_CANVAS_VIEW_HASH;
    view->picked = 0;
    view->choice = NULL;
}


static ngx_canvas_choice_t *
ngx_canvas_views_choose(ngx_canvas_views_t *views, ngx_canvas_view_t *view,
    ngx_log_t *log)
{
    ngx_canvas_choice_t  *choice, **bucket;

    /* whoever has all changes has what the whole view has */

    if (view->picked == views->changes_n) {
        view->hash = NGX_CANVAS_VIEW_HASH;
    }

    bucket = &views->choices[view->hash % NGX_CANVAS_VIEW_CHOICES];

    for (choice = *bucket; choice; choice = choice->next) {

        if (choice->hash == view->hash && choice->n == view->picked
            && ngx_canvas_views_same(views, &choice->area, &view->area))
        {
            return choice;
        }
    }

    choice = ngx_calloc(sizeof(ngx_canvas_choice_t), log);
    if (choice == NULL) {
        return NULL;
    }

    choice->hash = view->hash;
    choice->n = view->picked;
    choice->area = view->area;
    choice->next = *bucket;
    *bucket = choice;

    return choice;
}


/* do both rectangles have the same of these changes? */

static ngx_uint_t
ngx_canvas_views_same(ngx_canvas_views_t *views, const ngx_canvas_area_t *one,
    const ngx_canvas_area_t *other)
{
    size_t  i;

    for (i = 0; i < views->changes_n; i++) {

        if (!ngx_canvas_area_has(one, &views->changes[i])
            != !ngx_canvas_area_has(other, &views->changes[i]))
        {
            return 0;
        }
    }

    return 1;
}
