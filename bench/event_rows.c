/*
 * event_rows: a week of placements on a canvas of 500x500, always the same,
 * written to standard output:
 *
 *     event_rows copy EVENTS FROM_MS SPAN_MS EPOCH    binary, for COPY
 *     event_rows 2022 EVENTS FROM_MS SPAN_MS          CSV, for import-events
 *
 * Actors have a corner where they live and place around it; a few place much,
 * most little.  Time goes evenly from FROM_MS over SPAN_MS.
 */

#define _GNU_SOURCE

#include <endian.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIDE     500
#define COLORS   16
#define ACTORS   30000
#define AROUND   24             /* side of what an actor paints on */
#define BACK     15

/* PostgreSQL's time begins in 2000 */
#define PG_EPOCH  INT64_C(946684800000)

typedef struct {
    uint64_t  seq;
    uint64_t  epoch;
    int64_t   ms;
    uint32_t  actor;
    uint16_t  x;
    uint16_t  y;
    uint8_t   color;
    uint8_t   old_color;
} row_t;

typedef struct {
    const char  *name;
    void       (*head)(void);
    void       (*write)(const row_t *row);
    void       (*tail)(void);
} form_t;

/* a row of COPY in binary: number of fields, then length and bytes of each */
typedef struct {
    uint16_t  fields;
    uint32_t  epoch_len;
    uint64_t  epoch;
    uint32_t  seq_len;
    uint64_t  seq;
    uint32_t  x_len;
    uint32_t  x;
    uint32_t  y_len;
    uint32_t  y;
    uint32_t  color_len;
    uint16_t  color;
    uint32_t  old_len;
    uint16_t  old;
    uint32_t  at_len;
    uint64_t  at;
    uint32_t  user_len;
    uint64_t  user[2];
} __attribute__((packed)) copy_t;


static void copy_head(void);
static void copy_write(const row_t *row);
static void copy_tail(void);
static void csv_head(void);
static void csv_write(const row_t *row);
static void csv_tail(void);
static void make(row_t *row, uint8_t *pixels, uint64_t seq);
static uint64_t mix(uint64_t n);


static const form_t  forms[] = {
    { "copy", copy_head, copy_write, copy_tail },
    { "2022", csv_head, csv_write, csv_tail }
};

static const char *const  colors[COLORS] = {
    "FF4500", "FFA800", "FFD635", "00A368", "7EED56", "2450A4", "3690EA",
    "51E9F4", "811E9F", "B44AC0", "FF99AA", "9C6926", "000000", "898D90",
    "D4D7D9", "FFFFFF"
};


int
main(int argc, char **argv)
{
    row_t          row;
    size_t         i;
    int64_t        from, span;
    uint8_t        pixels[SIDE * SIDE];
    uint64_t       n, events;
    const form_t  *form;

    form = NULL;

    for (i = 0; argc >= 5 && i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (strcmp(argv[1], forms[i].name) == 0) {
            form = &forms[i];
        }
    }

    if (form == NULL) {
        fprintf(stderr, "usage: %s copy|2022 EVENTS FROM_MS SPAN_MS "
                "[EPOCH]\n", argv[0]);
        return 2;
    }

    events = strtoull(argv[2], NULL, 10);
    from = strtoll(argv[3], NULL, 10);
    span = strtoll(argv[4], NULL, 10);
    row.epoch = argc > 5 ? strtoull(argv[5], NULL, 10) : 1;

    memset(pixels, BACK, sizeof(pixels));
    form->head();

    for (n = 1; n <= events; n++) {
        row.ms = from + (int64_t) ((double) span * (double) (n - 1)
                                   / (double) events);
        make(&row, pixels, n);
        form->write(&row);
    }

    form->tail();

    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}


static void
make(row_t *row, uint8_t *pixels, uint64_t seq)
{
    double     u;
    uint64_t   random, home;
    uint8_t   *pixel;

    random = mix(seq);
    u = (double) (random >> 40) / (1 << 24);

    row->seq = seq;
    row->actor = (uint32_t) (u * u * u * ACTORS);

    home = mix(UINT64_C(1) << 40 | row->actor);
    row->x = (uint16_t) ((home + (random & 0xff) % AROUND) % SIDE);
    row->y = (uint16_t) (((home >> 32) + (random >> 8 & 0xff) % AROUND)
                         % SIDE);
    row->color = random >> 16 & (COLORS - 1);

    pixel = &pixels[row->x + row->y * SIDE];
    row->old_color = *pixel;
    *pixel = row->color;
}


/* splitmix64 */
static uint64_t
mix(uint64_t n)
{
    n *= UINT64_C(0x9e3779b97f4a7c15);
    n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);

    return n ^ n >> 31;
}


static void
copy_head(void)
{
    static const char  head[] = "PGCOPY\n\377\r\n\0" "\0\0\0\0" "\0\0\0\0";

    fwrite(head, 1, sizeof(head) - 1, stdout);
}


static void
copy_write(const row_t *row)
{
    copy_t  copy;

    copy.fields = htobe16(8);
    copy.epoch_len = htobe32(8);
    copy.epoch = htobe64(row->epoch);
    copy.seq_len = htobe32(8);
    copy.seq = htobe64(row->seq);
    copy.x_len = htobe32(4);
    copy.x = htobe32(row->x);
    copy.y_len = htobe32(4);
    copy.y = htobe32(row->y);
    copy.color_len = htobe32(2);
    copy.color = htobe16(row->color);
    copy.old_len = htobe32(2);
    copy.old = htobe16(row->old_color);
    copy.at_len = htobe32(8);
    copy.at = htobe64((uint64_t) ((row->ms - PG_EPOCH) * 1000));
    copy.user_len = htobe32(16);

    /* a UUID of version 4 */
    copy.user[0] = htobe64((mix(row->actor) & ~UINT64_C(0xf000)) | 0x4000);
    copy.user[1] = htobe64(mix(~(uint64_t) row->actor) >> 2
                           | UINT64_C(1) << 63);

    fwrite(&copy, 1, sizeof(copy), stdout);
}


static void
copy_tail(void)
{
    fwrite("\377\377", 1, 2, stdout);
}


static void
csv_head(void)
{
    puts("timestamp,user_id,pixel_color,coordinate");
}


/* users of 88 characters, as long as those of the public files */
static void
csv_write(const row_t *row)
{
    char       at[32];
    time_t     seconds;
    uint64_t   user;
    struct tm  tm;

    seconds = row->ms / 1000;
    gmtime_r(&seconds, &tm);
    strftime(at, sizeof(at), "%Y-%m-%d %H:%M:%S", &tm);
    user = mix(row->actor);

    printf("%s.%03d UTC,%021" PRIu64 "%021" PRIu64 "%022" PRIu64 "%022"
           PRIu64 "==,#%s,\"%u,%u\"\n", at, (int) (row->ms % 1000), user,
           user * 3, user * 5, user * 7, colors[row->color], row->x, row->y);
}


static void
csv_tail(void)
{
    /* a file ends with its last line */
}
