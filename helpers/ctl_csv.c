/*
 * ctl_csv: see the header.
 */

#include "ctl_csv.h"

#include "canvas_num.h"
#include "ctl_csvtime.h"

#include <string.h>

#define CTL_CSV_SIDE_MAX   65534
#define CTL_CSV_INDEX_MAX  255
#define CTL_CSV_FIELDS     5

typedef struct {
    const char  *p;
    size_t       len;
} ctl_csv_field_t;


static int ctl_csv_split(const char *line, size_t len,
    ctl_csv_field_t *fields, int n);
static const char *ctl_csv_user(const ctl_csv_field_t *field,
    ctl_csv_row_t *row);
static const char *ctl_csv_read_2017(const ctl_csv_field_t *fields,
    ctl_csv_row_t *row);
static const char *ctl_csv_read_2022(const ctl_csv_field_t *fields,
    ctl_csv_row_t *row);
static int ctl_csv_number(const char *p, size_t len, unsigned max,
    uint16_t *value);
static int ctl_csv_color(const ctl_csv_field_t *field, uint32_t *color);
static int ctl_csv_coordinates(const ctl_csv_field_t *field,
    uint16_t numbers[4]);


static const char *const  ctl_csv_names[] = { "2017", "2022" };

static const struct {
    const char       *line;
    ctl_csv_form_t    form;
} ctl_csv_headers[] = {
    { "ts,user,x_coordinate,y_coordinate,color", CTL_CSV_2017 },
    { "ts,user_hash,x_coordinate,y_coordinate,color", CTL_CSV_2017 },
    { "timestamp,user_id,pixel_color,coordinate", CTL_CSV_2022 },
    { NULL, CTL_CSV_NONE }
};


const char *
ctl_csv_name(ctl_csv_form_t form)
{
    return ctl_csv_names[form];
}


ctl_csv_form_t
ctl_csv_form(const char *name)
{
    int  form;

    for (form = 0; form < CTL_CSV_NONE; form++) {
        if (strcmp(ctl_csv_names[form], name) == 0) {
            break;
        }
    }

    return form;
}


ctl_csv_form_t
ctl_csv_header(const char *line, size_t len)
{
    size_t  i;

    for (i = 0; ctl_csv_headers[i].line != NULL; i++) {
        if (strlen(ctl_csv_headers[i].line) == len
            && memcmp(ctl_csv_headers[i].line, line, len) == 0)
        {
            break;
        }
    }

    return ctl_csv_headers[i].form;
}


const char *
ctl_csv_header_line(ctl_csv_form_t form)
{
    size_t  i;

    for (i = 0; ctl_csv_headers[i].form != form; i++) { /* void */ }

    return ctl_csv_headers[i].line;
}


const char *
ctl_csv_read(ctl_csv_form_t form, const char *line, size_t len,
    ctl_csv_row_t *row)
{
    int               n;
    const char       *wrong;
    ctl_csv_field_t   fields[CTL_CSV_FIELDS];

    n = form == CTL_CSV_2017 ? 5 : 4;

    if (!ctl_csv_split(line, len, fields, n)) {
        return form == CTL_CSV_2017 ? "5 fields expected"
                                    : "4 fields expected";
    }

    if (!ctl_csvtime_read(fields[0].p, fields[0].len, &row->ms)) {
        return "no time like 2017-04-03 17:38:22.252 UTC";
    }

    wrong = ctl_csv_user(&fields[1], row);
    if (wrong != NULL) {
        return wrong;
    }

    return form == CTL_CSV_2017 ? ctl_csv_read_2017(fields, row)
                                : ctl_csv_read_2022(fields, row);
}


size_t
ctl_csv_write(ctl_csv_form_t form, const ctl_csv_row_t *row, char *buf)
{
    int                i;
    char              *p;
    static const char  digits[] = "0123456789ABCDEF";

    ctl_csvtime_write(buf, row->ms);
    p = buf + CTL_CSVTIME_LEN;
    *p++ = ',';
    memcpy(p, row->user, row->user_len);
    p += row->user_len;
    *p++ = ',';

    if (form == CTL_CSV_2022) {
        *p++ = '#';

        for (i = 20; i >= 0; i -= 4) {
            *p++ = digits[row->color >> i & 15];
        }

        *p++ = ',';
        *p++ = '"';
    }

    p = canvas_num_write(p, row->x1);
    *p++ = ',';
    p = canvas_num_write(p, row->y1);

    if (form == CTL_CSV_2017) {
        *p++ = ',';
        p = canvas_num_write(p, row->color);
    } else {
        *p++ = '"';
    }

    *p++ = '\n';

    return (size_t) (p - buf);
}


/* exactly n fields; the last one takes the commas that are left in quotes */
static int
ctl_csv_split(const char *line, size_t len, ctl_csv_field_t *fields, int n)
{
    int          i;
    const char  *last, *comma;

    last = line + len;

    for (i = 0; i < n - 1; i++) {
        comma = memchr(line, ',', (size_t) (last - line));
        if (comma == NULL) {
            return 0;
        }

        fields[i].p = line;
        fields[i].len = (size_t) (comma - line);
        line = comma + 1;
    }

    fields[i].p = line;
    fields[i].len = (size_t) (last - line);

    if (fields[i].len >= 2 && line[0] == '"' && last[-1] == '"') {
        fields[i].p++;
        fields[i].len -= 2;
        return 1;
    }

    return memchr(line, ',', fields[i].len) == NULL;
}


static const char *
ctl_csv_user(const ctl_csv_field_t *field, ctl_csv_row_t *row)
{
    size_t  i;

    if (field->len < 1 || field->len > CTL_CSV_USER_MAX) {
        return "the user is missing, or longer than 128 bytes";
    }

    for (i = 0; i < field->len; i++) {
        if (field->p[i] <= ' ' || field->p[i] > '~' || field->p[i] == '"') {
            return "the user has a character that no hash has";
        }
    }

    row->user = field->p;
    row->user_len = field->len;

    return NULL;
}


static const char *
ctl_csv_read_2017(const ctl_csv_field_t *fields, ctl_csv_row_t *row)
{
    uint16_t  color;

    if (!ctl_csv_number(fields[2].p, fields[2].len, CTL_CSV_SIDE_MAX,
                        &row->x1)
        || !ctl_csv_number(fields[3].p, fields[3].len, CTL_CSV_SIDE_MAX,
                           &row->y1))
    {
        return "coordinates are numbers from 0 to 65534";
    }

    if (!ctl_csv_number(fields[4].p, fields[4].len, CTL_CSV_INDEX_MAX,
                        &color))
    {
        return "a colour is a number from 0 to 255";
    }

    row->color = color;
    row->x2 = row->x1;
    row->y2 = row->y1;

    return NULL;
}


static const char *
ctl_csv_read_2022(const ctl_csv_field_t *fields, ctl_csv_row_t *row)
{
    uint16_t  n[4];

    if (!ctl_csv_color(&fields[2], &row->color)) {
        return "a colour is #RRGGBB";
    }

    if (!ctl_csv_coordinates(&fields[3], n)) {
        return "coordinates are \"x,y\" or \"x1,y1,x2,y2\", from 0 to 65534";
    }

    row->x1 = n[0] < n[2] ? n[0] : n[2];
    row->x2 = n[0] < n[2] ? n[2] : n[0];
    row->y1 = n[1] < n[3] ? n[1] : n[3];
    row->y2 = n[1] < n[3] ? n[3] : n[1];

    return NULL;
}


static int
ctl_csv_number(const char *p, size_t len, unsigned max, uint16_t *value)
{
    unsigned     number;
    const char  *last;

    if (len < 1 || len > 5) {
        return 0;
    }

    number = 0;

    for (last = p + len; p < last; p++) {
        if (*p < '0' || *p > '9') {
            return 0;
        }

        number = number * 10 + (unsigned) (*p - '0');
    }

    *value = (uint16_t) number;

    return number <= max;
}


static int
ctl_csv_color(const ctl_csv_field_t *field, uint32_t *color)
{
    size_t    i;
    uint32_t  digit;

    if (field->len != 7 || field->p[0] != '#') {
        return 0;
    }

    *color = 0;

    for (i = 1; i < 7; i++) {
        digit = (uint32_t) (unsigned char) field->p[i];

        if (digit - '0' <= 9) {
            digit -= '0';
        } else if ((digit | 32) - 'a' <= 5) {
            digit = (digit | 32) - 'a' + 10;
        } else {
            return 0;
        }

        *color = *color << 4 | digit;
    }

    return 1;
}


/* two numbers are both corners */
static int
ctl_csv_coordinates(const ctl_csv_field_t *field, uint16_t numbers[4])
{
    int          n;
    const char  *p, *comma, *last;

    p = field->p;
    last = p + field->len;

    for (n = 0; n < 4; n++) {
        comma = memchr(p, ',', (size_t) (last - p));

        if (!ctl_csv_number(p, (size_t) ((comma != NULL ? comma : last) - p),
                            CTL_CSV_SIDE_MAX, &numbers[n]))
        {
            return 0;
        }

        if (comma == NULL) {
            break;
        }

        p = comma + 1;
    }

    if (n == 1) {
        numbers[2] = numbers[0];
        numbers[3] = numbers[1];
    }

    return n == 1 || n == 3;
}
