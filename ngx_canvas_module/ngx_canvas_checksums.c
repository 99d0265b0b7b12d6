/*
 * ngx_canvas_checksums: see the header.
 */

#include "ngx_canvas_checksums.h"

#include "canvas_sum.h"


struct ngx_canvas_checksums_s {
    ngx_canvas_worker_t   *worker;
    canvas_checksums_t     answer;
    uint32_t              *sums;
    ngx_canvas_frame_t    *frame;       /* of answer; NULL: none yet */
};


ngx_canvas_checksums_t *
ngx_canvas_checksums_create(ngx_canvas_worker_t *worker)
{
    canvas_checksums_t      *answer;
    ngx_canvas_checksums_t  *checksums;

    checksums = ngx_pcalloc(worker->pool, sizeof(ngx_canvas_checksums_t));
    if (checksums == NULL) {
        return NULL;
    }

    checksums->worker = worker;
    answer = &checksums->answer;

    answer->tile = CANVAS_SUM_TILE;
    answer->columns = canvas_sum_tiles(worker->conf->width);
    answer->rows = canvas_sum_tiles(worker->conf->height);

    checksums->sums = ngx_palloc(worker->pool, answer->columns * answer->rows
                                               * sizeof(uint32_t));
    answer->sums = checksums->sums;

    return checksums->sums ? checksums : NULL;
}


void
ngx_canvas_checksums_close(ngx_canvas_checksums_t *checksums)
{
    if (checksums->frame) {
        ngx_canvas_frame_release(checksums->frame);
        checksums->frame = NULL;
    }
}


canvas_status_t
ngx_canvas_checksums_frame(ngx_canvas_checksums_t *checksums, uint64_t epoch,
    uint64_t seq, ngx_canvas_frame_t **frame)
{
    size_t               len;
    canvas_status_t      status;
    canvas_checksums_t  *answer;

    answer = &checksums->answer;

    if (checksums->frame && answer->epoch == epoch && answer->seq == seq) {
        *frame = checksums->frame;
        return CANVAS_OK;
    }

    ngx_canvas_checksums_close(checksums);

    status = ngx_canvas_shm_sums(checksums->worker->shm, epoch, seq,
                                 checksums->sums);
    if (status != CANVAS_OK) {
        return status;
    }

    answer->epoch = epoch;
    answer->seq = seq;

    len = canvas_proto_checksums(NULL, answer);

    *frame = ngx_canvas_frame_alloc(CANVAS_WS_HEAD_MAX + len,
                                    checksums->worker->log);
    if (*frame == NULL) {
        return CANVAS_NO_MEMORY;
    }

    (*frame)->len = canvas_ws_head((*frame)->data, CANVAS_WS_OP_TEXT, len);
    (*frame)->len += canvas_proto_checksums((char *) (*frame)->data
                                            + (*frame)->len, answer);
    checksums->frame = *frame;

    return CANVAS_OK;
}
