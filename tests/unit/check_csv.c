/*
 * check_csv: the lines of event files: forms, times, colours, coordinates.
 */

#include "check_canvas.h"

#include "ctl_csv.h"
#include "ctl_csvtime.h"

#include <stdio.h>
#include <time.h>

#define CHECK_CSV_USER  "ovTZk4GyTS1mDQnTbV+vDOCu1f+u6w=="


static const char *check_csv_read(ctl_csv_form_t form, const char *line,
    ctl_csv_row_t *row);
static int64_t check_csv_time(const char *text);


START_TEST(check_csv_headers)
{
    ck_assert_int_eq(ctl_csv_form("2017"), CTL_CSV_2017);
    ck_assert_int_eq(ctl_csv_form("2022"), CTL_CSV_2022);
    ck_assert_int_eq(ctl_csv_form("auto"), CTL_CSV_NONE);
    ck_assert_str_eq(ctl_csv_name(CTL_CSV_2022), "2022");

    ck_assert_int_eq(ctl_csv_header("ts,user,x_coordinate,y_coordinate,color",
                                    39), CTL_CSV_2017);
    ck_assert_int_eq(ctl_csv_header("ts,user_hash,x_coordinate,"
                                    "y_coordinate,color", 44), CTL_CSV_2017);
    ck_assert_int_eq(ctl_csv_header("timestamp,user_id,pixel_color,"
                                    "coordinate", 40), CTL_CSV_2022);
    ck_assert_int_eq(ctl_csv_header("timestamp,user_id,pixel_color,"
                                    "coordinate", 39), CTL_CSV_NONE);
    ck_assert_int_eq(ctl_csv_header("", 0), CTL_CSV_NONE);
}
END_TEST


START_TEST(check_csv_times)
{
    ck_assert_int_eq(check_csv_time("1970-01-01 00:00:00 UTC"), 0);
    ck_assert_int_eq(check_csv_time("2017-04-03 17:38:22.252 UTC"),
                     INT64_C(1491241102252));
    ck_assert_int_eq(check_csv_time("2022-04-04 00:53:51.57 UTC"),
                     INT64_C(1649033631570));
    ck_assert_int_eq(check_csv_time("2022-04-04 00:53:51.577999999 UTC"),
                     INT64_C(1649033631577));
    ck_assert_int_eq(check_csv_time("2020-02-29 12:00:00 UTC"),
                     INT64_C(1582977600000));
    ck_assert_int_eq(check_csv_time("9999-12-31 23:59:59.999 UTC"),
                     INT64_C(253402300799999));
    ck_assert_int_eq(check_csv_time("1490991480000"),
                     INT64_C(1490991480000));

    ck_assert_int_eq(check_csv_time(""), -1);
    ck_assert_int_eq(check_csv_time("UTC"), -1);
    ck_assert_int_eq(check_csv_time("-1"), -1);
    ck_assert_int_eq(check_csv_time("9999999999999999"), -1);
    ck_assert_int_eq(check_csv_time("2021-02-29 12:00:00 UTC"), -1);
    ck_assert_int_eq(check_csv_time("2100-02-29 12:00:00 UTC"), -1);
    ck_assert_int_eq(check_csv_time("2021-04-31 12:00:00 UTC"), -1);
    ck_assert_int_eq(check_csv_time("2021-00-01 12:00:00 UTC"), -1);
    ck_assert_int_eq(check_csv_time("1969-12-31 23:59:59 UTC"), -1);
    ck_assert_int_eq(check_csv_time("2021-04-01 24:00:00 UTC"), -1);
    ck_assert_int_eq(check_csv_time("2021-04-01T12:00:00 UTC"), -1);
    ck_assert_int_eq(check_csv_time("2021-04-01 12:00:00. UTC"), -1);
    ck_assert_int_eq(check_csv_time("2021-04-01 12:00:00.1234567890 UTC"),
                     -1);
    ck_assert_int_eq(check_csv_time("2021-04-01 12:00:00.5 UTCx"), -1);
    ck_assert_int_eq(check_csv_time("2021-04-01 12:00:00"), -1);
}
END_TEST


/* against libc, over all of the years */
START_TEST(check_csv_times_model)
{
    int        i;
    char       have[CTL_CSVTIME_LEN + 1], want[64];
    time_t     seconds;
    int64_t    ms;
    uint64_t   state;
    struct tm  tm;

    state = 20;

    for (i = 0; i < 100000; i++) {
        ms = (int64_t) (check_random(&state) % UINT64_C(253402300800000));
        seconds = ms / 1000;
        gmtime_r(&seconds, &tm);
        strftime(want, sizeof(want), "%Y-%m-%d %H:%M:%S", &tm);
        sprintf(want + 19, ".%03d UTC", (int) (ms % 1000));

        ctl_csvtime_write(have, ms);
        have[CTL_CSVTIME_LEN] = '\0';
        ck_assert_str_eq(have, want);
        ck_assert_int_eq(check_csv_time(have), ms);
    }

    /* clocks beyond are held at the ends */
    ctl_csvtime_write(have, -5);
    ck_assert_mem_eq(have, "1970-01-01 00:00:00.000 UTC", CTL_CSVTIME_LEN);
    ctl_csvtime_write(have, INT64_MAX);
    ck_assert_mem_eq(have, "9999-12-31 23:59:59.999 UTC", CTL_CSVTIME_LEN);
}
END_TEST


START_TEST(check_csv_rows)
{
    ctl_csv_row_t  row;

    ck_assert_ptr_null(check_csv_read(CTL_CSV_2017,
        "2017-04-03 16:59:04.123 UTC," CHECK_CSV_USER ",4,65534,13", &row));
    ck_assert_uint_eq(row.x1, 4);
    ck_assert_uint_eq(row.x2, 4);
    ck_assert_uint_eq(row.y1, 65534);
    ck_assert_uint_eq(row.y2, 65534);
    ck_assert_uint_eq(row.color, 13);
    ck_assert_uint_eq(row.user_len, strlen(CHECK_CSV_USER));
    ck_assert_mem_eq(row.user, CHECK_CSV_USER, row.user_len);

    ck_assert_ptr_null(check_csv_read(CTL_CSV_2022,
        "2022-04-04 00:53:51.577 UTC," CHECK_CSV_USER
        ",#00cCC0,\"826,1048\"", &row));
    ck_assert_uint_eq(row.color, 0x00ccc0);
    ck_assert_uint_eq(row.x1, 826);
    ck_assert_uint_eq(row.y2, 1048);

    /* a rectangle, whichever corners it names */
    ck_assert_ptr_null(check_csv_read(CTL_CSV_2022,
        "2022-04-04 00:53:51.577 UTC,u,#FFFFFF,\"9,2,5,7\"", &row));
    ck_assert_uint_eq(row.x1, 5);
    ck_assert_uint_eq(row.y1, 2);
    ck_assert_uint_eq(row.x2, 9);
    ck_assert_uint_eq(row.y2, 7);
}
END_TEST


/* written lines are read back */
START_TEST(check_csv_write)
{
    int              i;
    char             line[CTL_CSV_LINE_MAX + 1];
    size_t           len;
    uint64_t         state;
    ctl_csv_row_t    row, again;
    ctl_csv_form_t   form;

    state = 7;

    for (i = 0; i < 20000; i++) {
        form = i % 2 == 0 ? CTL_CSV_2017 : CTL_CSV_2022;
        memset(&row, 0, sizeof(row));
        row.ms = (int64_t) (check_random(&state) % UINT64_C(4102444800000));
        row.user = CHECK_CSV_USER;
        row.user_len = strlen(CHECK_CSV_USER);
        row.color = (uint32_t) (check_random(&state)
                                % (form == CTL_CSV_2017 ? 256 : 1 << 24));
        row.x1 = row.x2 = (uint16_t) (check_random(&state) % 65535);
        row.y1 = row.y2 = (uint16_t) (check_random(&state) % 65535);

        len = ctl_csv_write(form, &row, line);
        ck_assert_uint_le(len, CTL_CSV_LINE_MAX);
        ck_assert_int_eq(line[len - 1], '\n');
        line[len - 1] = '\0';

        ck_assert_ptr_null(check_csv_read(form, line, &again));
        ck_assert_int_eq(again.ms, row.ms);
        ck_assert_uint_eq(again.color, row.color);
        ck_assert_uint_eq(again.x1, row.x1);
        ck_assert_uint_eq(again.y1, row.y1);
        ck_assert_uint_eq(again.x2, row.x2);
        ck_assert_uint_eq(again.y2, row.y2);
    }

    /* the longest line fits */
    memset(line, 'u', CTL_CSV_USER_MAX);
    row.ms = INT64_C(1491241102252);
    row.user = "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
               "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
               "uu";
    row.user_len = 124;
    row.x1 = row.y1 = 65534;
    row.color = 0xffffff;
    ck_assert_uint_le(ctl_csv_write(CTL_CSV_2022, &row, line),
                      CTL_CSV_LINE_MAX);
}
END_TEST


START_TEST(check_csv_malformed)
{
    size_t                    i;
    ctl_csv_row_t             row;
    static const char *const  lines[] = {
        "", ",,,", ",,,,", "x",
        "1,u,#FFFFFF,\"0,0", "1,u,#FFFFFF,0,0", "1,u,#FFFFFF,\"\"",
        "1,u,#FFFFFF,\",\"", "1,u,#FFFFFF,\"0,0,0\"",
        "1,u,#FFFFFF,\"0,0,0,0,0\"", "1,u,#FFFFFF,\"0,65535\"",
        "1,u,#FFFFFF,\"0,-1\"", "1,u,#FFFFFF,\"0, 1\"",
        "1,u,#FFFFFF,\"0,1.0\"", "1,u,FFFFFF,\"0,0\"", "1,u,#FFFFF,\"0,0\"",
        "1,u,#FFFFFG,\"0,0\"", "1,u,#FFFFFFF,\"0,0\"", "1,,#FFFFFF,\"0,0\"",
        "1,a b,#FFFFFF,\"0,0\"", "1,\xc3\xa4,#FFFFFF,\"0,0\"",
        "x,u,#FFFFFF,\"0,0\""
    };

    for (i = 0; i < CHECK_N(lines); i++) {
        ck_assert_msg(check_csv_read(CTL_CSV_2022, lines[i], &row) != NULL,
                      "%s", lines[i]);
    }

    ck_assert_ptr_null(check_csv_read(CTL_CSV_2017, "1,u,0,0,255", &row));
    ck_assert_ptr_nonnull(check_csv_read(CTL_CSV_2017, "1,u,0,0,256", &row));
    ck_assert_ptr_nonnull(check_csv_read(CTL_CSV_2017, "1,u,,,", &row));
    ck_assert_ptr_nonnull(check_csv_read(CTL_CSV_2017, "1,u,0,0,1,2", &row));
    ck_assert_ptr_nonnull(check_csv_read(CTL_CSV_2017, "1,u,0,0,+1", &row));
}
END_TEST


/* one byte of a good line replaced: never read beyond it */
START_TEST(check_csv_noise)
{
    int                i;
    char              *line;
    size_t             len;
    uint64_t           state;
    ctl_csv_row_t      row;
    static const char  good[] =
        "2022-04-04 00:53:51.577 UTC," CHECK_CSV_USER ",#00CCC0,\"8,9,10,4\"";

    state = 11;

    for (i = 0; i < 50000; i++) {
        len = check_random(&state) % sizeof(good);
        line = (char *) check_copy(good, len);

        if (len > 0) {
            line[check_random(&state) % len] = (char) check_random(&state);
        }

        if (ctl_csv_read(i % 2 == 0 ? CTL_CSV_2022 : CTL_CSV_2017, line, len,
                         &row) == NULL)
        {
            ck_assert_uint_le(row.x1, row.x2);
            ck_assert_uint_le(row.y1, row.y2);
        }

        free(line);
    }
}
END_TEST


static const char *
check_csv_read(ctl_csv_form_t form, const char *line, ctl_csv_row_t *row)
{
    return ctl_csv_read(form, line, strlen(line), row);
}


/* -1: none */
static int64_t
check_csv_time(const char *text)
{
    int64_t  ms;

    return ctl_csvtime_read(text, strlen(text), &ms) ? ms : -1;
}


Suite *
check_csv(void)
{
    const TTest *const  tests[] = {
        check_csv_headers, check_csv_times, check_csv_times_model,
        check_csv_rows, check_csv_write, check_csv_malformed, check_csv_noise
    };

    return check_suite("csv", tests, CHECK_N(tests));
}
