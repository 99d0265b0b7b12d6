/*
 * canvas_png: see the header.  libpng leaves by longjmp(): everything that
 * has to be given back hangs from one structure, which outlives the jump.
 */

#include "canvas_png.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>


#define CANVAS_PNG_SCALE_MAX  64
#define CANVAS_PNG_SIZE_MIN   16384

typedef struct {
    const uint8_t           *pixels;
    unsigned                 width;
    unsigned                 height;
    const canvas_palette_t  *palette;   /* NULL: pixels are R, G, B */
    unsigned                 scale;
    int                      level;

    png_structp              png;
    png_infop                info;
    uint8_t                 *row;
    uint8_t                 *data;      /* the file so far */
    size_t                   len;
    size_t                   size;
    int                      no_memory;
} canvas_png_t;


static canvas_status_t canvas_png_file(canvas_png_t *job, uint8_t **png,
    size_t *len);
static canvas_status_t canvas_png_check(const canvas_png_t *job);
static canvas_status_t canvas_png_check_colors(const canvas_png_t *job);
static canvas_status_t canvas_png_run(canvas_png_t *job);
static void canvas_png_header(canvas_png_t *job);
static void canvas_png_palette(canvas_png_t *job);
static void canvas_png_rows(canvas_png_t *job);
static void canvas_png_scale_row(const canvas_png_t *job, unsigned y);
static int canvas_png_depth(const canvas_palette_t *palette);
static void canvas_png_append(png_structp png, png_bytep data, size_t len);
static void canvas_png_flush(png_structp png);
static void canvas_png_fail(png_structp png, png_const_charp reason);
static void canvas_png_warn(png_structp png, png_const_charp reason);


canvas_status_t
canvas_png_encode(const uint8_t *pixels, unsigned width, unsigned height,
    const canvas_palette_t *palette, unsigned scale, int level, uint8_t **png,
    size_t *len)
{
    canvas_png_t     job;
    canvas_status_t  status;

    memset(&job, 0, sizeof(canvas_png_t));

    job.pixels = pixels;
    job.width = width;
    job.height = height;
    job.palette = palette;
    job.scale = scale;
    job.level = level;

    status = canvas_png_check(&job);

    if (status == CANVAS_OK) {
        status = canvas_png_check_colors(&job);
    }

    return status == CANVAS_OK ? canvas_png_file(&job, png, len) : status;
}


canvas_status_t
canvas_png_encode_rgb(const uint8_t *rgb, unsigned width, unsigned height,
    int level, uint8_t **png, size_t *len)
{
    canvas_png_t     job;
    canvas_status_t  status;

    memset(&job, 0, sizeof(canvas_png_t));

    job.pixels = rgb;
    job.width = width;
    job.height = height;
    job.scale = 1;
    job.level = level;

    status = canvas_png_check(&job);

    return status == CANVAS_OK ? canvas_png_file(&job, png, len) : status;
}


static canvas_status_t
canvas_png_file(canvas_png_t *job, uint8_t **png, size_t *len)
{
    canvas_status_t  status;

    status = canvas_png_run(job);

    png_destroy_write_struct(&job->png, &job->info);
    free(job->row);

    if (status != CANVAS_OK) {
        free(job->data);
        return status;
    }

    *png = job->data;
    *len = job->len;

    return CANVAS_OK;
}


static canvas_status_t
canvas_png_check(const canvas_png_t *job)
{
    if (job->width == 0 || job->height == 0
        || job->scale == 0 || job->scale > CANVAS_PNG_SCALE_MAX
        || job->level < 0 || job->level > 9)
    {
        return CANVAS_INVALID;
    }

    if (job->width > PNG_UINT_31_MAX / job->scale
        || job->height > PNG_UINT_31_MAX / job->scale)
    {
        return CANVAS_TOO_LARGE;
    }

    return CANVAS_OK;
}


static canvas_status_t
canvas_png_check_colors(const canvas_png_t *job)
{
    size_t  i, n;

    if (job->palette->n == 0 || job->palette->n > CANVAS_PALETTE_MAX) {
        return CANVAS_INVALID;
    }

    n = (size_t) job->width * job->height;

    for (i = 0; i < n; i++) {

        if (job->pixels[i] >= job->palette->n) {
            return CANVAS_INVALID;
        }
    }

    return CANVAS_OK;
}


static canvas_status_t
canvas_png_run(canvas_png_t *job)
{
    job->row = malloc((size_t) job->width * job->scale);
    job->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, job,
                                       canvas_png_fail, canvas_png_warn);

    if (job->row == NULL || job->png == NULL) {
        return CANVAS_NO_MEMORY;
    }

    job->info = png_create_info_struct(job->png);

    if (job->info == NULL) {
        return CANVAS_NO_MEMORY;
    }

    if (setjmp(png_jmpbuf(job->png))) {
        return job->no_memory ? CANVAS_NO_MEMORY : CANVAS_ERROR;
    }

    png_set_write_fn(job->png, job, canvas_png_append, canvas_png_flush);

    canvas_png_header(job);
    canvas_png_rows(job);

    png_write_end(job->png, NULL);

    return CANVAS_OK;
}


static void
canvas_png_header(canvas_png_t *job)
{
    int  depth, type;

    depth = job->palette != NULL ? canvas_png_depth(job->palette) : 8;
    type = job->palette != NULL ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_RGB;

    png_set_user_limits(job->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_compression_level(job->png, job->level);

    /* an index is no quantity: filters would only cost */
    png_set_filter(job->png, PNG_FILTER_TYPE_BASE, job->palette != NULL ?
                   PNG_FILTER_NONE : PNG_ALL_FILTERS);

    png_set_IHDR(job->png, job->info, job->width * job->scale,
                 job->height * job->scale, depth, type, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);

    if (job->palette != NULL) {
        canvas_png_palette(job);
    }

    png_write_info(job->png, job->info);

    /* rows are handed over as one byte a pixel */
    if (job->palette != NULL) {
        png_set_packing(job->png);
    }
}


static void
canvas_png_palette(canvas_png_t *job)
{
    unsigned   i;
    png_color  colors[CANVAS_PALETTE_MAX];

    for (i = 0; i < job->palette->n; i++) {
        colors[i].red = job->palette->rgb[i][0];
        colors[i].green = job->palette->rgb[i][1];
        colors[i].blue = job->palette->rgb[i][2];
    }

    png_set_PLTE(job->png, job->info, colors, (int) job->palette->n);
}


static void
canvas_png_rows(canvas_png_t *job)
{
    size_t    len;
    unsigned  y, i;

    len = (size_t) job->width * 3;

    for (y = 0; y < job->height; y++) {

        if (job->palette == NULL) {
            png_write_row(job->png, job->pixels + y * len);
            continue;
        }

        canvas_png_scale_row(job, y);

        for (i = 0; i < job->scale; i++) {
            png_write_row(job->png, job->row);
        }
    }
}


static void
canvas_png_scale_row(const canvas_png_t *job, unsigned y)
{
    uint8_t        *p;
    unsigned        x;
    const uint8_t  *pixels;

    p = job->row;
    pixels = job->pixels + (size_t) y * job->width;

    for (x = 0; x < job->width; x++, p += job->scale) {
        memset(p, pixels[x], job->scale);
    }
}


/* the bit depths that PNG has for indexed images */

static int
canvas_png_depth(const canvas_palette_t *palette)
{
    if (palette->n <= 2) {
        return 1;
    }

    if (palette->n <= 4) {
        return 2;
    }

    return palette->n <= 16 ? 4 : 8;
}


static void
canvas_png_append(png_structp png, png_bytep data, size_t len)
{
    size_t         size;
    uint8_t       *p;
    canvas_png_t  *job;

    job = png_get_io_ptr(png);

    if (len > job->size - job->len) {
        size = job->size ? job->size * 2 : CANVAS_PNG_SIZE_MIN;

        if (size < job->len + len) {
            size = job->len + len;
        }

        p = realloc(job->data, size);

        if (p == NULL) {
            job->no_memory = 1;
            png_error(png, "no memory");
        }

        job->data = p;
        job->size = size;
    }

    memcpy(job->data + job->len, data, len);
    job->len += len;
}


static void
canvas_png_flush(png_structp png)
{
    (void) png;
}


static void
canvas_png_fail(png_structp png, png_const_charp reason)
{
    (void) reason;

    png_longjmp(png, 1);
}


static void
canvas_png_warn(png_structp png, png_const_charp reason)
{
    (void) png;
    (void) reason;
}
