/*
 * ngx_canvas_redis_reply: see the header.
 */

#include "ngx_canvas_redis_reply.h"


/* least size of a block: a long reply has many small parts */
#define NGX_CANVAS_REDIS_REPLY_BLOCK  16384


struct ngx_canvas_redis_block_s {
    ngx_canvas_redis_block_t  *next;
    /* parts follow */
};


/* freeObject() is told nothing but the reply */
typedef struct {
    redisReply                 reply;
    ngx_canvas_redis_reply_t  *memory;
} ngx_canvas_redis_part_t;


static redisReply *ngx_canvas_redis_reply_part(
    ngx_canvas_redis_reply_t *memory, const redisReadTask *task, int type,
    size_t more);
static void ngx_canvas_redis_reply_clear(ngx_canvas_redis_reply_t *memory);
static void *ngx_canvas_redis_reply_alloc(ngx_canvas_redis_reply_t *memory,
    size_t size);


redisReply *
ngx_canvas_redis_reply_string(ngx_canvas_redis_reply_t *memory,
    const redisReadTask *task, const char *data, size_t len)
{
    redisReply  *reply;

    reply = ngx_canvas_redis_reply_part(memory, task, task->type, len + 1);

    if (reply) {
        reply->str = (char *) reply + sizeof(ngx_canvas_redis_part_t);
        reply->len = len;

        ngx_memcpy(reply->str, data, len);
        reply->str[len] = '\0';
    }

    return reply;
}


redisReply *
ngx_canvas_redis_reply_array(ngx_canvas_redis_reply_t *memory,
    const redisReadTask *task, size_t elements)
{
    redisReply  *reply;

    reply = ngx_canvas_redis_reply_part(memory, task, REDIS_REPLY_ARRAY,
                                        elements * sizeof(redisReply *));

    if (reply) {
        reply->element = (redisReply **) ((u_char *) reply
                                          + sizeof(ngx_canvas_redis_part_t));
        reply->elements = elements;

        ngx_memzero(reply->element, elements * sizeof(redisReply *));
    }

    return reply;
}


redisReply *
ngx_canvas_redis_reply_integer(ngx_canvas_redis_reply_t *memory,
    const redisReadTask *task, long long value)
{
    redisReply  *reply;

    reply = ngx_canvas_redis_reply_part(memory, task, REDIS_REPLY_INTEGER, 0);

    if (reply) {
        reply->integer = value;
    }

    return reply;
}


redisReply *
ngx_canvas_redis_reply_nil(ngx_canvas_redis_reply_t *memory,
    const redisReadTask *task)
{
    return ngx_canvas_redis_reply_part(memory, task, REDIS_REPLY_NIL, 0);
}


void
ngx_canvas_redis_reply_free(void *reply)
{
    if (reply) {
        ngx_canvas_redis_reply_clear(((ngx_canvas_redis_part_t *) reply)
                                     ->memory);
    }
}


/* a part with more bytes behind it, in its parent's place for it */

static redisReply *
ngx_canvas_redis_reply_part(ngx_canvas_redis_reply_t *memory,
    const redisReadTask *task, int type, size_t more)
{
    redisReply               *parent;
    ngx_canvas_redis_part_t  *part;

    if (task->parent == NULL) {
        ngx_canvas_redis_reply_clear(memory);
    }

    part = ngx_canvas_redis_reply_alloc(memory,
                                        sizeof(ngx_canvas_redis_part_t)
                                        + more);
    if (part == NULL) {
        return NULL;
    }

    ngx_memzero(part, sizeof(ngx_canvas_redis_part_t));

    part->memory = memory;
    part->reply.type = type;

    if (task->parent) {
        parent = task->parent->obj;
        parent->element[task->idx] = &part->reply;
    }

    return &part->reply;
}


static void
ngx_canvas_redis_reply_clear(ngx_canvas_redis_reply_t *memory)
{
    ngx_canvas_redis_block_t  *block;

    while (memory->blocks) {
        block = memory->blocks;
        memory->blocks = block->next;
        ngx_free(block);
    }

    memory->last = memory->data;
    memory->end = memory->data + NGX_CANVAS_REDIS_REPLY_SIZE;
}


static void *
ngx_canvas_redis_reply_alloc(ngx_canvas_redis_reply_t *memory, size_t size)
{
    void                      *p;
    size_t                     block_size;
    ngx_canvas_redis_block_t  *block;

    size = ngx_align(size, sizeof(ngx_canvas_redis_block_t));

    if ((size_t) (memory->end - memory->last) < size) {
        block_size = ngx_max(size, NGX_CANVAS_REDIS_REPLY_BLOCK);

        block = ngx_alloc(sizeof(ngx_canvas_redis_block_t) + block_size,
                          ngx_cycle->log);
        if (block == NULL) {
            return NULL;
        }

        block->next = memory->blocks;
        memory->blocks = block;
        memory->last = (u_char *) block + sizeof(ngx_canvas_redis_block_t);
        memory->end = memory->last + block_size;
    }

    p = memory->last;
    memory->last += size;

    return p;
}
