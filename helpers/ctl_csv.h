/*
 * ctl_csv: one line of the two public forms of r/place's event files, read
 * and written.  Plain text in, plain numbers out; no files, no palette.
 *
 *     2017: ts,user,x_coordinate,y_coordinate,color
 *           2017-04-03 16:59:04.000 UTC,+++/DjiwyzTQzfai1RGavwwdeF0=,4,33,13
 *     2022: timestamp,user_id,pixel_color,coordinate
 *           2022-04-04 00:53:51.577 UTC,<88 of base64>,#00CCC0,"826,1048"
 *
 * Four coordinates "x1,y1,x2,y2" are a moderator's rectangle, both corners
 * in it.  The 2017 file names the column of users "user" or "user_hash".
 */

#ifndef CTL_CSV_H_INCLUDED
#define CTL_CSV_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

/* longest user, and so longest line */
#define CTL_CSV_USER_MAX  128
#define CTL_CSV_LINE_MAX  256

typedef enum {
    CTL_CSV_2017 = 0,
    CTL_CSV_2022,
    CTL_CSV_NONE
} ctl_csv_form_t;

typedef struct {
    int64_t        ms;              /* Unix time */
    const char    *user;            /* in the line */
    size_t         user_len;
    uint32_t       color;           /* 2017: index; 2022: 0xRRGGBB */
    uint16_t       x1;
    uint16_t       y1;
    uint16_t       x2;              /* the same of a pixel; >= x1, y1 */
    uint16_t       y2;
} ctl_csv_row_t;

/* "2017", "2022", and back; CTL_CSV_NONE: neither */
const char *ctl_csv_name(ctl_csv_form_t form);
ctl_csv_form_t ctl_csv_form(const char *name);

/* the first line, without its end; CTL_CSV_NONE: neither form's */
ctl_csv_form_t ctl_csv_header(const char *line, size_t len);
const char *ctl_csv_header_line(ctl_csv_form_t form);

/* NULL, or what is wrong with the line */
const char *ctl_csv_read(ctl_csv_form_t form, const char *line, size_t len,
    ctl_csv_row_t *row);

/* writes a pixel's line with its end, at most CTL_CSV_LINE_MAX bytes */
size_t ctl_csv_write(ctl_csv_form_t form, const ctl_csv_row_t *row,
    char *buf);

#endif /* CTL_CSV_H_INCLUDED */
